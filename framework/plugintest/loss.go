package plugintest

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
)

// A Trait is what sets a plugin apart from most of its kind.
type Trait int

// NoDistance is a loss that is not 0 at its own target, or can be negative.
const NoDistance Trait = iota

// Loss holds a loss to framework.Loss's contract, on small random features.
// defaults and build are what framework.Register takes; `layers` options are
// replaced by two layers each.
func Loss[C any](t *testing.T, defaults func() C, build func(C) (framework.Loss, error), traits ...Trait) {
	t.Helper()
	t.Run("options", func(t *testing.T) {
		if err := guarded(func() error { return lossOptions(defaults, build) }); err != nil {
			t.Error(err)
		}
	})
	s := lossSubject{
		fresh:    func() (framework.Loss, error) { return build(withLayers(defaults())) },
		distance: !slices.Contains(traits, NoDistance),
	}
	for _, c := range lossChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(s) }); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("gradient", s.gradient)
}

// guarded is check with a panic as one more thing done wrong.
func guarded(check func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return check()
}

// A lossSubject is a loss under test. A check returns what it does wrong.
type lossSubject struct {
	fresh    func() (framework.Loss, error)
	distance bool // 0 at its target and nowhere negative
}

type lossCheck struct {
	name  string
	check func(lossSubject) error
}

func lossChecks() []lossCheck {
	return []lossCheck{
		{"taps", lossSubject.taps},
		{"terms", lossSubject.terms},
		{"representation", lossSubject.representation},
		{"at the target", lossSubject.atTarget},
		{"several targets", lossSubject.severalTargets},
		{"size of the target", lossSubject.sizeOfTarget},
		{"flat pictures", lossSubject.flatPictures},
		{"threads", lossSubject.threads},
	}
}

// Sizes of the pictures that most checks use.
const lossHeight, lossWidth = 9, 8

// targets returns one random target for a loss that wants any.
func targets(l framework.Loss, seed uint64) []weightedPicture {
	if l.Target() == "" {
		return nil
	}
	return []weightedPicture{{randomPicture(lossHeight, lossWidth, seed), 1}}
}

func (s lossSubject) taps() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	if target := l.Target(); !slices.Contains([]string{"", "content", "style"}, target) {
		return fmt.Errorf(`the target is %q; there are "content", "style" and "" for none`, target)
	}
	if len(l.Taps()) == 0 {
		return errors.New("it has no taps")
	}
	seen := map[string]bool{}
	for _, tap := range l.Taps() {
		if seen[tap.Layer] {
			return fmt.Errorf("two taps are called %s", tap.Layer)
		}
		seen[tap.Layer] = true
		if !(tap.Weight >= 0) || math.IsInf(tap.Weight, 0) {
			return fmt.Errorf("the weight of tap %s is %g", tap.Layer, tap.Weight)
		}
	}
	return nil
}

// terms checks that there is one scalar for each tap, and none negative.
func (s lossSubject) terms() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	e, err := evaluate(graph.NewDoubleBuilder, l, randomPicture(lossHeight, lossWidth, 1), targets(l, 2))
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, tap := range l.Taps() {
		want[tap.Layer] = true
	}
	for i, layer := range e.layers {
		if !want[layer] {
			return fmt.Errorf("a term of the layer %q: that is no tap, or it has two terms", layer)
		}
		delete(want, layer)
		if s.distance && !(e.values[i] >= 0) {
			return fmt.Errorf("the term of %s is %g", layer, e.values[i])
		}
	}
	for _, tap := range l.Taps() {
		if want[tap.Layer] {
			return fmt.Errorf("the tap %s has no term", tap.Layer)
		}
	}
	return e.finite()
}

// representation checks that Represent is the same for target and picture, and
// remembers nothing.
func (s lossSubject) representation() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	x := randomPicture(lossHeight, lossWidth, 1)
	first, err := represent(graph.NewDoubleBuilder, l, x)
	if err != nil {
		return err
	}
	before, err := evaluate(graph.NewDoubleBuilder, l, x, targets(l, 2))
	if err != nil {
		return err
	}
	if _, err = evaluate(graph.NewDoubleBuilder, l, randomPicture(lossHeight, lossWidth, 3), targets(l, 4)); err != nil {
		return err
	}
	again, err := represent(graph.NewDoubleBuilder, l, x)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(first, again, sameTensor) {
		return errors.New("represent gives something else after Score: it keeps a state between calls")
	}
	if !slices.EqualFunc(first, before.representation, sameTensor) {
		return errors.New("represent gives something else for the picture than for a target")
	}
	after, err := evaluate(graph.NewDoubleBuilder, l, x, targets(l, 2))
	if err != nil {
		return err
	}
	return before.same(after)
}

// atTarget checks that a distance is 0 where the picture is the target.
func (s lossSubject) atTarget() error {
	l, err := s.fresh()
	if err != nil || l.Target() == "" {
		return err
	}
	x := randomPicture(lossHeight, lossWidth, 1)
	at, err := evaluate(graph.NewDoubleBuilder, l, x, []weightedPicture{{x, 1}})
	if err != nil {
		return err
	}
	away, err := evaluate(graph.NewDoubleBuilder, l, x, targets(l, 2))
	if err != nil {
		return err
	}
	const rounding = 1e-9
	for i, layer := range at.layers {
		if s.distance && !(math.Abs(at.values[i]) <= rounding*away.values[i]) {
			return fmt.Errorf("the term of %s is %g at the target itself and %g at another picture; say plugintest.NoDistance if that is meant", layer, at.values[i], away.values[i])
		}
	}
	return at.finite()
}

// severalTargets checks that every target counts, by its weight alone.
func (s lossSubject) severalTargets() error {
	l, err := s.fresh()
	if err != nil || l.Target() == "" {
		return err
	}
	x, one, other := randomPicture(lossHeight, lossWidth, 1), randomPicture(lossHeight, lossWidth, 2), randomPicture(lossHeight, lossWidth, 3)
	at := func(targets ...weightedPicture) []float64 {
		e, failed := evaluate(graph.NewDoubleBuilder, l, x, targets)
		err = errors.Join(err, failed)
		return e.values
	}
	single, twice := at(weightedPicture{one, 1}), at(weightedPicture{one, 0.25}, weightedPicture{one, 0.75})
	mixed, swapped := at(weightedPicture{one, 0.25}, weightedPicture{other, 0.75}), at(weightedPicture{other, 0.75}, weightedPicture{one, 0.25})
	if err != nil {
		return err
	}
	for i, v := range single {
		switch near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(math.Abs(a)+math.Abs(b)) }; {
		case !near(v, twice[i]):
			return fmt.Errorf("term %d is %g against one target and %g against the same twice, with weights that add up to 1", i, v, twice[i])
		case !near(mixed[i], swapped[i]):
			return fmt.Errorf("term %d depends on the order of its targets: %g and %g", i, mixed[i], swapped[i])
		case near(v, mixed[i]):
			return fmt.Errorf("term %d is %g with and without a second target", i, v)
		}
	}
	return nil
}

// sizeOfTarget gives a style loss a target of another size than the picture's.
func (s lossSubject) sizeOfTarget() error {
	l, err := s.fresh()
	if err != nil || l.Target() != "style" {
		return err
	}
	e, err := evaluate(graph.NewDoubleBuilder, l, randomPicture(lossHeight, lossWidth, 1), []weightedPicture{{randomPicture(lossHeight+2, lossWidth+5, 2), 1}})
	if err != nil {
		return fmt.Errorf("a painting of another size than the picture: %w", err)
	}
	return e.finite()
}

// flatPictures checks that nothing is divided by a deviation that is 0: values
// and gradients stay finite where features are constant, or all 0.
func (s lossSubject) flatPictures() error {
	for _, value := range []float64{0, 0.5} {
		flat := flatPicture(value)
		for _, target := range []graph.Tensor{flat, randomPicture(lossHeight, lossWidth, 1)} {
			l, err := s.fresh()
			if err != nil {
				return err
			}
			against := targets(l, 0)
			for i := range against {
				against[i].picture = target
			}
			e, err := evaluate(graph.NewDoubleBuilder, l, flat, against)
			if err == nil {
				err = e.finite()
			}
			if err != nil {
				return fmt.Errorf("a picture that is %g everywhere: %w", value, err)
			}
		}
	}
	return nil
}

// threads checks that the bits do not depend on the number of threads.
func (s lossSubject) threads() error {
	const h, w = 61, 83
	var all []evaluation
	for _, threads := range []int{1, 2, 3} {
		l, err := s.fresh()
		if err != nil {
			return err
		}
		engine, err := compute.NewEngine(compute.Options{Threads: threads, ISA: os.Getenv("RUNEXP_ISA")})
		if err != nil {
			return err
		}
		var against []weightedPicture
		if l.Target() != "" {
			against = []weightedPicture{{randomPicture(h, w, 2), 1}}
		}
		e, err := evaluate(func() *graph.Builder { return graph.NewBuilder(engine) }, l, randomPicture(h, w, 1), against)
		engine.Close()
		if err != nil {
			return err
		}
		all = append(all, e)
		if err := e.same(all[0]); err != nil {
			return fmt.Errorf("%d threads and 1: %w", threads, err)
		}
	}
	return nil
}

// gradient holds the sum of the terms, each with another factor, to central differences.
func (s lossSubject) gradient(t *testing.T) {
	l, err := s.fresh()
	if err != nil {
		t.Fatal(err)
	}
	var against []weightedPicture
	if l.Target() != "" {
		against = []weightedPicture{{randomPicture(lossHeight, lossWidth, 2), 0.25}, {randomPicture(lossHeight, lossWidth, 3), 0.75}}
	}
	shape := graph.Shape{lossHeight, lossWidth, 3}
	Gradient(t, shape, Away(shape.Len(), 1), func(b *graph.Builder, x graph.Node) graph.Node {
		g, err := newLossGraph(b, x, l, graph.NewDoubleBuilder, against)
		if err != nil {
			t.Fatal(err)
		}
		return g.total
	})
}
