package plugintest

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
)

// Loss tests a loss against framework.Loss's contract, on small random features and masks of
// two regions. defaults and build are the arguments of framework.Register; `layers` options
// are replaced by two layers each.
func Loss[C any](t *testing.T, defaults func() C, build func(C) (framework.Loss, error), traits ...Trait) {
	t.Helper()
	t.Run("options", func(t *testing.T) {
		if err := guarded(func() error { return lossOptions(defaults, build) }); err != nil {
			t.Error(err)
		}
	})
	s := newLossSubject(func() (framework.Loss, error) { return build(withLayers(defaults())) })
	for _, trait := range traits {
		trait(&s)
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

// guarded runs check and returns a panic as an error.
func guarded(check func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return check()
}

// A lossSubject is a loss under test. A check returns its first violation.
type lossSubject struct {
	fresh         func() (framework.Loss, error)
	distance      bool   // 0 at its target and never negative
	h, w          int    // of the pictures that most checks use
	falseGradient string // why the gradient is not the derivative; "" if it is
}

func newLossSubject(fresh func() (framework.Loss, error)) lossSubject {
	return lossSubject{fresh: fresh, distance: true, h: 9, w: 8}
}

type lossCheck struct {
	name  string
	check func(lossSubject) error
}

func lossChecks() []lossCheck {
	return []lossCheck{
		{"taps", lossSubject.taps},
		{"terms", lossSubject.terms},
		{"every tap", lossSubject.everyTap},
		{"without regions", lossSubject.withoutRegions},
		{"representation", lossSubject.representation},
		{"at the target", lossSubject.atTarget},
		{"several targets", lossSubject.severalTargets},
		{"size of the target", lossSubject.sizeOfTarget},
		{"flat pictures", lossSubject.flatPictures},
		{"threads", lossSubject.threads},
	}
}

// images are the target images by role.
type images map[framework.Role][]weightedPicture

// targets returns one random image for each role that the loss has.
func (s lossSubject) targets(l framework.Loss, seed uint64) images {
	return s.all(l, weightedPicture{randomPicture(s.h, s.w, seed), 1})
}

// all returns these images for each role of the loss, but only one content image and start.
// A loss that derives images gets them for every role.
func (s lossSubject) all(l framework.Loss, pictures ...weightedPicture) images {
	targets := images{}
	roles := l.Roles()
	if _, derives := optional[framework.ImageDeriver](l); derives {
		roles = []framework.Role{framework.Content, framework.Style, framework.Start}
	}
	for _, role := range roles {
		if targets[role] = pictures; role != framework.Style && len(pictures) > 1 {
			targets[role] = []weightedPicture{{pictures[0].picture, 1}}
		}
	}
	return targets
}

func (s lossSubject) taps() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	roles := map[framework.Role]bool{}
	for _, role := range l.Roles() {
		if role != framework.Content && role != framework.Style && role != framework.Start || roles[role] {
			return fmt.Errorf(`the roles are %q; there are "content", "style" and "start", each once or not at all`, l.Roles())
		}
		roles[role] = true
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

// terms checks that each term has a unique name and a weight, and that distances are not
// negative.
func (s lossSubject) terms() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	e, err := evaluate(graph.NewDoubleBuilder, l, randomPicture(s.h, s.w, 1), s.targets(l, 2))
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, name := range e.names {
		if name == "" || seen[name] {
			return fmt.Errorf("two terms are called %q, or one has no name", name)
		}
		seen[name] = true
		if weight := e.weights[i]; !(weight >= 0) || math.IsInf(weight, 0) {
			return fmt.Errorf("the weight of the term %s is %g", name, weight)
		}
		if s.distance && !(e.values[i] >= 0) {
			return fmt.Errorf("the term %s is %g", name, e.values[i])
		}
	}
	return e.finite()
}

// everyTap checks that each tap of the picture affects a term.
func (s lossSubject) everyTap() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	x := randomPicture(s.h, s.w, 1)
	before, err := evaluate(graph.NewDoubleBuilder, l, x, s.targets(l, 2))
	if err != nil {
		return err
	}
	for _, tap := range l.Taps() {
		if tap.Layer == framework.ImageTap {
			continue
		}
		after, err := evaluate(graph.NewDoubleBuilder, without{l, tap.Layer}, x, s.targets(l, 2))
		if err != nil {
			return err
		}
		if slices.Equal(before.values, after.values) {
			return fmt.Errorf("the terms do not depend on the picture's tap %s", tap.Layer)
		}
	}
	return nil
}

// withoutRegions checks that a loss handles images without masks, or returns an error that
// says so.
func (s lossSubject) withoutRegions() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	e, err := evaluate(graph.NewDoubleBuilder, unmasked{l}, randomPicture(s.h, s.w, 1), s.targets(l, 2))
	if err != nil {
		if strings.Contains(err.Error(), "region") {
			return nil
		}
		return fmt.Errorf("images without masks: %w; a loss that needs masks must return an error about regions", err)
	}
	return e.finite()
}

// representation checks that Represent is the same for target and picture, and stateless.
func (s lossSubject) representation() error {
	l, err := s.fresh()
	if err != nil {
		return err
	}
	x := randomPicture(s.h, s.w, 1)
	first, err := represent(graph.NewDoubleBuilder, l, x)
	if err != nil {
		return err
	}
	before, err := evaluate(graph.NewDoubleBuilder, l, x, s.targets(l, 2))
	if err != nil {
		return err
	}
	if _, err = evaluate(graph.NewDoubleBuilder, l, randomPicture(s.h, s.w, 3), s.targets(l, 4)); err != nil {
		return err
	}
	again, err := represent(graph.NewDoubleBuilder, l, x)
	if err != nil {
		return err
	}
	if !maps.EqualFunc(first, again, sameTensor) {
		return errors.New("Represent returns something else after Score: it keeps state between calls")
	}
	if !maps.EqualFunc(first, before.representation, sameTensor) {
		return errors.New("Represent returns something else for the picture than for a target")
	}
	after, err := evaluate(graph.NewDoubleBuilder, l, x, s.targets(l, 2))
	if err != nil {
		return err
	}
	return before.same(after)
}

// atTarget checks that a distance is 0 where the picture is the target.
func (s lossSubject) atTarget() error {
	l, err := s.fresh()
	if err != nil || len(l.Roles()) == 0 {
		return err
	}
	x := randomPicture(s.h, s.w, 1)
	at, err := evaluate(graph.NewDoubleBuilder, l, x, s.all(l, weightedPicture{x, 1}))
	if err != nil {
		return err
	}
	away, err := evaluate(graph.NewDoubleBuilder, l, x, s.targets(l, 2))
	if err != nil {
		return err
	}
	const rounding = 1e-9
	for i, name := range at.names {
		if s.distance && !(math.Abs(at.values[i]) <= rounding*away.values[i]) {
			return fmt.Errorf("the term %s is %g at the target itself and %g at another picture; pass plugintest.NoDistance if that is intended", name, at.values[i], away.values[i])
		}
	}
	return at.finite()
}

// severalTargets checks that every style image counts by its weight, in any order.
func (s lossSubject) severalTargets() error {
	l, err := s.fresh()
	if err != nil || !slices.Contains(l.Roles(), framework.Style) {
		return err
	}
	x, one, other := randomPicture(s.h, s.w, 1), randomPicture(s.h, s.w, 2), randomPicture(s.h, s.w, 3)
	at := func(targets ...weightedPicture) []float64 {
		against := s.targets(l, 4)
		against[framework.Style] = targets
		e, failed := evaluate(graph.NewDoubleBuilder, l, x, against)
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
			return fmt.Errorf("term %d is %g against one target and %g against the same twice, with weights that sum to 1", i, v, twice[i])
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
	if err != nil || !slices.Contains(l.Roles(), framework.Style) {
		return err
	}
	against := s.targets(l, 3)
	against[framework.Style] = []weightedPicture{{randomPicture(s.h+2, s.w+5, 2), 1}}
	e, err := evaluate(graph.NewDoubleBuilder, l, randomPicture(s.h, s.w, 1), against)
	if err != nil {
		return fmt.Errorf("a style image of another size than the picture: %w", err)
	}
	return e.finite()
}

// flatPictures checks for divisions by a deviation of 0: values and gradients must be finite
// if features are constant, or all 0.
func (s lossSubject) flatPictures() error {
	for _, value := range []float64{0, 0.5} {
		flat := flatPicture(s.h, s.w, value)
		for _, target := range []graph.Tensor{flat, randomPicture(s.h, s.w, 1)} {
			l, err := s.fresh()
			if err != nil {
				return err
			}
			e, err := evaluate(graph.NewDoubleBuilder, l, flat, s.all(l, weightedPicture{target, 1}))
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
		against := s.all(l, weightedPicture{randomPicture(h, w, 2), 1})
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

// gradient compares the gradient of a weighted sum of the terms with central differences.
func (s lossSubject) gradient(t *testing.T) {
	l, err := s.fresh()
	if err != nil {
		t.Fatal(err)
	}
	against := s.all(l, weightedPicture{randomPicture(s.h, s.w, 2), 0.25}, weightedPicture{randomPicture(s.h, s.w, 3), 0.75})
	if s.falseGradient != "" {
		e, err := evaluate(graph.NewDoubleBuilder, l, randomPicture(s.h, s.w, 1), against)
		if err == nil {
			err = e.finite()
		}
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(e.gradient, func(g float64) bool { return g != 0 }) {
			t.Error("the gradient is 0 everywhere")
		}
		t.Logf("not compared with differences: %s", s.falseGradient)
		return
	}
	shape := graph.Shape{s.h, s.w, 3}
	Gradient(t, shape, Away(shape.Len(), 1), func(b *graph.Builder, x graph.Node) graph.Node {
		g, err := newLossGraph(b, x, l, graph.NewDoubleBuilder, against)
		if err != nil {
			t.Fatal(err)
		}
		return g.total
	})
}
