package plugintest

import (
	"errors"
	"math"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
)

// listConfig is the options that most losses have.
type listConfig struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers compared"`
}

func (c listConfig) Validate() error { return framework.NeedLayers(c.Layers) }

func listDefaults() listConfig {
	return listConfig{Layers: []framework.LayerWeight{{Layer: "conv1_1", Weight: 1}}}
}

// plainLoss is a correct loss: mean squared errors of Gram matrices. Functions that are not
// nil introduce faults.
type plainLoss struct {
	layers    []framework.Tap
	roles     []framework.Role
	represent func(b *graph.Builder, features graph.Node) graph.Node
	score     func(b *graph.Builder, terms []framework.Term, got framework.Values, want []framework.Target) []framework.Term
}

func newPlainLoss(c listConfig) (framework.Loss, error) { return plainLossOf(c), nil }

func plainLossOf(c listConfig) *plainLoss {
	return &plainLoss{layers: framework.TapsOf(c.Layers), roles: []framework.Role{framework.Style}}
}

func (l *plainLoss) Roles() []framework.Role { return l.roles }
func (l *plainLoss) Taps() []framework.Tap   { return l.layers }

func (l *plainLoss) Represent(b *graph.Builder, v framework.View) (framework.Values, error) {
	return v.Each(l.layers, func(features graph.Node) graph.Node {
		if l.represent != nil {
			return l.represent(b, features)
		}
		return b.Gram(features, 1/float64(features.Shape().Len()))
	}), nil
}

func (l *plainLoss) Score(b *graph.Builder, got framework.Values, want framework.Targets) ([]framework.Term, error) {
	terms := framework.SquaredDistances(b, l.layers, got, want[framework.Style])
	if l.score != nil {
		terms = l.score(b, terms, got, want[framework.Style])
	}
	return terms, nil
}

func TestLoss(t *testing.T) { Loss(t, listDefaults, newPlainLoss) }

// TestLossFindsFaults introduces one fault at a time, which the named check must find.
func TestLossFindsFaults(t *testing.T) {
	type terms = []framework.Term
	type nodes = framework.Values
	type references = []framework.Target
	made := 0
	for name, c := range map[string]struct {
		check string
		spoil func(*plainLoss)
	}{
		"role":     {"taps", func(l *plainLoss) { l.roles[0] = "sketch" }},
		"same tap": {"taps", func(l *plainLoss) { l.layers[1] = l.layers[0] }},
		"no terms": {"terms", func(l *plainLoss) {
			l.score = func(*graph.Builder, terms, nodes, references) terms { return nil }
		}},
		"missing term": {"every tap", func(l *plainLoss) {
			l.score = func(_ *graph.Builder, t terms, _ nodes, _ references) terms { return t[:1] }
		}},
		"two terms of one name": {"terms", func(l *plainLoss) {
			l.score = func(_ *graph.Builder, t terms, _ nodes, _ references) terms {
				t[0].Name = t[1].Name
				return t
			}
		}},
		"weight not a number": {"terms", func(l *plainLoss) {
			l.score = func(_ *graph.Builder, t terms, _ nodes, _ references) terms {
				t[0].Weight = math.NaN()
				return t
			}
		}},
		"not finite without masks": {"without regions", func(l *plainLoss) {
			l.represent = func(b *graph.Builder, x graph.Node) graph.Node { return b.Sqrt(b.Scale(b.Square(x), -1)) }
		}},
		"negative": {"terms", func(l *plainLoss) {
			l.score = func(b *graph.Builder, t terms, _ nodes, _ references) terms {
				t[0].Node = b.Scale(t[0].Node, -1)
				return t
			}
		}},
		"not a scalar": {"terms", func(l *plainLoss) {
			l.score = func(_ *graph.Builder, t terms, got nodes, _ references) terms {
				t[0].Node = got[l.layers[0].Layer]
				return t
			}
		}},
		"panic": {"terms", func(l *plainLoss) {
			l.represent = func(*graph.Builder, graph.Node) graph.Node { panic("on purpose") }
		}},
		"state": {"representation", func(l *plainLoss) {
			calls := 0.0
			l.represent = func(b *graph.Builder, x graph.Node) graph.Node {
				calls++
				return b.Gram(x, calls)
			}
		}},
		"not 0 at the target": {"at the target", func(l *plainLoss) {
			l.score = func(b *graph.Builder, t terms, got nodes, _ references) terms {
				t[1].Node = b.Add(t[1].Node, b.Mean(b.Square(got[l.layers[1].Layer])))
				return t
			}
		}},
		"first target only": {"several targets", func(l *plainLoss) {
			l.score = func(b *graph.Builder, _ terms, got nodes, want references) terms {
				want[0].Weight = 1
				return framework.SquaredDistances(b, l.layers, got, want[:1])
			}
		}},
		"weights ignored": {"several targets", func(l *plainLoss) {
			l.score = func(b *graph.Builder, _ terms, got nodes, want references) terms {
				for i := range want {
					want[i].Weight = 1
				}
				return framework.SquaredDistances(b, l.layers, got, want)
			}
		}},
		"size": {"size of the target", func(l *plainLoss) {
			l.represent = func(b *graph.Builder, x graph.Node) graph.Node { return b.Square(x) }
		}},
		"root of 0": {"flat pictures", func(l *plainLoss) {
			l.represent = func(b *graph.Builder, x graph.Node) graph.Node { return b.Sqrt(b.Mean(b.Square(x))) }
		}},
		"not deterministic": {"threads", func(l *plainLoss) {
			made++
			scale := float64(made)
			l.represent = func(b *graph.Builder, x graph.Node) graph.Node { return b.Gram(x, scale) }
		}},
	} {
		s := newLossSubject(func() (framework.Loss, error) {
			l := plainLossOf(withLayers(listDefaults()))
			c.spoil(l)
			return l, nil
		})
		found := false
		for _, check := range lossChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.check(s) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}

type unchecked struct {
	Layers []framework.LayerWeight `config:"layers" doc:"layers compared"`
}

type undocumented struct {
	Power float64 `config:"power"`
}

func TestLossFindsFaultsOfOptions(t *testing.T) {
	for name, err := range map[string]error{
		"defaults":     lossOptions(func() listConfig { return listConfig{} }, newPlainLoss),
		"no Validate":  lossOptions(func() unchecked { return unchecked(listDefaults()) }, func(c unchecked) (framework.Loss, error) { return newPlainLoss(listConfig(c)) }),
		"no doc":       lossOptions(func() undocumented { return undocumented{} }, func(undocumented) (framework.Loss, error) { return newPlainLoss(listDefaults()) }),
		"build":        lossOptions(listDefaults, func(listConfig) (framework.Loss, error) { return nil, errors.New("on purpose") }),
		"other layers": lossOptions(listDefaults, func(listConfig) (framework.Loss, error) { return newPlainLoss(listDefaults()) }),
	} {
		if err == nil {
			t.Errorf("%s: the suite finds nothing", name)
		}
	}
	if err := lossOptions(listDefaults, newPlainLoss); err != nil {
		t.Error(err)
	}
}
