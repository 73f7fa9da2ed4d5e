package evaluate

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/measure"
)

// energy is a metric of a publication: the mean square of the features at its layers.
type energy struct {
	layers    framework.LayersOf
	fixed     []string
	onRequest bool
	problem   error // of every network
}

func (e energy) Definition() framework.Definition {
	return framework.Definition{
		Label: "energy", Doc: "mean square of features", High: math.Inf(1), Better: framework.Neither, Against: framework.Style,
		Layers: e.layers, Fixed: e.fixed, OnRequest: e.onRequest,
		Formula: "Σf²/n", Source: "Nobody 2024", Comparable: "with nothing",
	}
}

func (e energy) CheckNetwork([]framework.Layer) error { return e.problem }

func (e energy) Prepare(_ *measure.Image, layer string) (framework.Score, error) {
	layers := e.fixed
	if layer != "" {
		layers = []string{layer}
	}
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for _, layer := range layers {
			f := picture.Features(layer)
			squares := 0.0
			for _, v := range f.Values {
				squares += float64(v) * float64(v)
			}
			sum += squares / float64(len(f.Values))
		}
		return sum
	}, nil
}

// with returns a Scorer with one more metric.
func with(t *testing.T, m framework.Metric, requested ...string) (*Scorer, error) {
	t.Helper()
	c, other := lite(t), scorer(t, 1)
	framework.RegisterMetric(c.Metrics, "energy", m)
	c.Requested, c.Used = requested, d2l()
	return New(c, other.k)
}

// TestFixedLayers: metrics at layers of a publication are computed beside those at held-out
// layers, change neither the hash nor a bit of the others, and their records say which
// layers they read and which of them runs optimise.
func TestFixedLayers(t *testing.T) {
	without := scorer(t, 1)
	old, err := against(t, without, landscape(), brushwork()).Score(context.Background(), grey())
	if err != nil {
		t.Fatal(err)
	}
	fixed := []string{"relu1_1", "pool4", "relu3_2"} // after conv1_1, of d2l; conv5_1 does not touch pool4
	values := map[framework.LayersOf][]Metric{}
	for _, c := range []struct {
		layers framework.LayersOf
		names  string
	}{
		{framework.FixedLayers, "eval/energy eval/energy/relu1_1 eval/energy/pool4 eval/energy/relu3_2"},
		{framework.LayersTogether, "eval/energy"},
	} {
		s, err := with(t, energy{layers: c.layers, fixed: fixed})
		if err != nil {
			t.Fatal(err)
		}
		if s.Hash() != without.Hash() {
			t.Errorf("%s: hash %s, without the metric %s", c.layers, s.Hash(), without.Hash())
		}
		got, err := against(t, s, landscape(), brushwork()).Score(context.Background(), grey())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got[:len(old)], old) {
			t.Errorf("%s: other metrics are %v, without the metric %v", c.layers, got[:len(old)], old)
		}
		values[c.layers] = got[len(old):]
		records := s.Metrics()[len(old):]
		if got := strings.Join(names(s)[len(old):], " "); got != c.names {
			t.Fatalf("%s: metrics %s, want %s", c.layers, got, c.names)
		}
		r := records[0]
		if !r.Fixed || !slices.Equal(r.Layers, fixed) || !slices.Equal(r.Optimised, []string{"relu1_1"}) ||
			r.Formula != "Σf²/n" || r.Published != "Nobody 2024" || r.Comparable != "with nothing" {
			t.Errorf("%s: %+v", c.layers, r)
		}
		if c.layers == framework.FixedLayers {
			if r.Doc != "mean square of features; mean over relu1_1, pool4, relu3_2" {
				t.Errorf("doc %q", r.Doc)
			}
			if at := records[2]; !reflect.DeepEqual(at.Layers, []string{"pool4"}) || at.Optimised != nil || at.Label != "energy at pool4" {
				t.Errorf("%+v", at)
			}
		}
	}
	each := values[framework.FixedLayers]
	if sum, mean := each[1].Value+each[2].Value+each[3].Value, each[0].Value; math.Abs(mean-sum/3) > 1e-12*sum || sum == 0 {
		t.Errorf("mean %g of values with sum %g", mean, sum)
	}
	if sum := each[0].Value * 3; math.Abs(values[framework.LayersTogether][0].Value-sum) > 1e-12*sum {
		t.Errorf("layers together %v, want %g", values[framework.LayersTogether], sum)
	}
	for _, m := range without.Metrics() {
		if fixed := m.Name == "eval/sifid_vgg"; m.Fixed != fixed || len(m.Optimised) > 0 {
			t.Errorf("%+v", m)
		}
	}
}

// TestUnavailable: a metric that the network cannot compute, or that is costly, is left out,
// and refused if it is requested.
func TestUnavailable(t *testing.T) {
	for _, c := range []struct {
		name      string
		m         energy
		requested []string
		computed  bool
		problem   string
	}{
		{"present", energy{framework.FixedLayers, []string{"relu2_1"}, false, nil}, nil, true, ""},
		{"no such layer", energy{framework.FixedLayers, []string{"relu2_1", "relu5_4"}, false, nil}, nil, false, ""},
		{"no such layer, requested", energy{framework.FixedLayers, []string{"relu2_1", "relu5_4"}, false, nil}, []string{"eval/energy"}, false,
			"eval/energy cannot be computed: it is defined at relu2_1, relu5_4, and the network that scores has no relu5_4; score with another one (evaluate.backbone)"},
		{"on request", energy{framework.LayersTogether, []string{"relu2_1"}, true, nil}, []string{"eval/content"}, false, ""},
		{"requested", energy{framework.LayersTogether, []string{"relu2_1"}, true, nil}, []string{"eval/content", "eval/energy"}, true, ""},
		{"requested at a layer", energy{framework.FixedLayers, []string{"relu2_1", "relu3_1"}, true, nil}, []string{"eval/energy/relu3_1"}, true, ""},
		{"another network", energy{framework.NoLayers, nil, false, errors.New("not this one")}, nil, false, ""},
		{"another network, requested", energy{framework.NoLayers, nil, false, errors.New("not this one")}, []string{"eval/energy"}, false, "eval/energy cannot be computed: not this one"},
		{"unknown", energy{framework.NoLayers, nil, false, nil}, []string{"eval/energies"}, false, `there is no metric "eval/energies"`},
	} {
		s, err := with(t, c.m, c.requested...)
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s: error %v, want %q", c.name, err, c.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if got := slices.Contains(names(s), "eval/energy"); got != c.computed {
			t.Errorf("%s: computed: %v", c.name, got)
		}
	}
}

// TestMemoryOfFixedLayers: a metric may keep a copy of the features at its fixed layers.
func TestMemoryOfFixedLayers(t *testing.T) {
	memory := func(layers framework.LayersOf, fixed ...string) int64 {
		s, err := with(t, energy{layers: layers, fixed: fixed})
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := s.Memory(40, 48, nil)
		if err != nil {
			t.Fatal(err)
		}
		return bytes
	}
	// relu2_2 is held out, so that the network is the same; 20×24 positions of 48 channels
	if got, want := memory(framework.LayersTogether, "relu2_2")-memory(framework.NoLayers), int64(4*20*24*48); got != want {
		t.Errorf("%d bytes for a metric at relu2_2, want %d", got, want)
	}
}
