package plugintest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Variable tests a variable against framework.Variable's contract.
func Variable(t *testing.T, v framework.Variable) {
	t.Helper()
	for _, c := range variableChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(v) }); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("gradient", func(t *testing.T) {
		const h, w = 7, 5
		shape := v.Shape(h, w)
		weights := Away(3*h*w, 5)
		Gradient(t, shape, Away(shape.Len(), 4), func(b *graph.Builder, x graph.Node) graph.Node {
			picture, err := v.Build(b, x, h, w)
			if err != nil {
				t.Fatal(err)
			}
			return b.Sum(b.Mul(b.Square(picture), b.Constant("weights", graph.Double(graph.Shape{h, w, 3}, weights))))
		})
	})
}

type variableCheck struct {
	name  string
	check func(framework.Variable) error
}

func variableChecks() []variableCheck {
	return []variableCheck{
		{"shape", variableShape},
		{"initial", variableInitial},
		{"resample", variableResample},
		{"state", variableState},
		{"project", variableProject},
	}
}

// variableSizes are sizes of pictures: even, odd, oblong, and a single pixel.
func variableSizes() [][2]int { return [][2]int{{16, 24}, {17, 23}, {5, 64}, {1, 1}} }

// someImage returns an image of random pixels.
func someImage(h, w int) *imaging.Image {
	random := rand.New(rand.NewPCG(uint64(h), uint64(w)))
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = random.Float32()
	}
	return m
}

// pictureOf returns the picture of x, in [0, 1].
func pictureOf(v framework.Variable, x []float32, h, w int) ([]float32, error) {
	b := graph.NewBuilder(compute.Plain[float32]{})
	moved := b.Variable(v.Shape(h, w)...)
	picture, err := v.Build(b, moved, h, w)
	if err != nil {
		return nil, err
	}
	if want := (graph.Shape{h, w, 3}); !picture.Shape().Equal(want) {
		return nil, fmt.Errorf("Build gives %v for a picture of %v", picture.Shape(), want)
	}
	if picture == moved {
		return v.Space().ToUnit(x), nil
	}
	p, err := b.Compile(picture)
	if err != nil {
		return nil, err
	}
	if err := p.Run(context.Background(), graph.Single(v.Shape(h, w), x)); err != nil {
		return nil, err
	}
	return v.Space().ToUnit(p.Value(picture).Single), nil
}

// variableShape checks that Shape and Initial agree on the number of elements.
func variableShape(v framework.Variable) error {
	for _, size := range variableSizes() {
		h, w := size[0], size[1]
		n := v.Shape(h, w).Len()
		if got := len(v.Initial(someImage(h, w))); got != n {
			return fmt.Errorf("at %d×%d Initial returns %d numbers, but the shape has %d", h, w, got, n)
		}
	}
	return nil
}

// variableInitial checks that the picture of Initial is the image.
func variableInitial(v framework.Variable) error {
	for _, size := range variableSizes() {
		h, w := size[0], size[1]
		image := someImage(h, w)
		before := slices.Clone(image.Pix)
		got, err := pictureOf(v, v.Initial(image), h, w)
		if err != nil {
			return fmt.Errorf("%d×%d: %w", h, w, err)
		}
		if !slices.Equal(before, image.Pix) {
			return errors.New("Initial modifies the image")
		}
		const level = 1. / 255
		for i, u := range got {
			if !(math.Abs(float64(u-image.Pix[i])) < level/2) {
				return fmt.Errorf("%d×%d: element %d of the picture is %g, of the image %g", h, w, i, u, image.Pix[i])
			}
		}
	}
	return nil
}

// variableResample checks the number of elements, that the same size changes nothing, and
// that a picture of one colour stays one.
func variableResample(v framework.Variable) error {
	for _, size := range variableSizes() {
		h, w := size[0], size[1]
		x := v.Initial(someImage(h, w))
		for i, u := range v.Resample(framework.Numbers, slices.Clone(x), h, w, h, w) {
			if !(math.Abs(float64(u-x[i])) <= 1e-5*(1+math.Abs(float64(x[i])))) {
				return fmt.Errorf("resampled to its own size, %d×%d, number %d goes from %g to %g", h, w, i, x[i], u)
			}
		}
		flat := imaging.New(h, w)
		for i := range flat.Pix {
			flat.Pix[i] = 0.25
		}
		larger := v.Resample(framework.Numbers, v.Initial(flat), h, w, 2*h, 2*w)
		if got, want := len(larger), v.Shape(2*h, 2*w).Len(); got != want {
			return fmt.Errorf("Resample to %d×%d returns %d numbers, but the shape has %d", 2*h, 2*w, got, want)
		}
		picture, err := pictureOf(v, larger, 2*h, 2*w)
		if err != nil {
			return err
		}
		for i, u := range picture {
			if !(math.Abs(float64(u)-0.25) < 1e-3) {
				return fmt.Errorf("a picture that is 0.25 everywhere has %g at element %d after Resample", u, i)
			}
		}
	}
	return nil
}

// variableState checks that an optimiser's state, random numbers of very different scales,
// is resampled to the new number of elements, finite, and not negative if it was not.
func variableState(v framework.Variable) error {
	for _, size := range variableSizes() {
		h, w := size[0], size[1]
		random := rand.New(rand.NewPCG(uint64(h), uint64(w)))
		state := make([]float32, v.Shape(h, w).Len())
		for _, what := range []framework.Quantity{framework.Signed, framework.NonNegative} {
			for i := range state {
				state[i] = float32(math.Pow(10, -12*random.Float64()))
				if what == framework.Signed && i%2 == 1 {
					state[i] = -state[i]
				}
			}
			for _, to := range [][2]int{{2 * h, 2 * w}, {h + 3, w + 1}, {(h + 1) / 2, (w + 1) / 2}} {
				got := v.Resample(what, slices.Clone(state), h, w, to[0], to[1])
				if want := v.Shape(to[0], to[1]).Len(); len(got) != want {
					return fmt.Errorf("state resampled from %d×%d to %d×%d has %d numbers, but the shape has %d", h, w, to[0], to[1], len(got), want)
				}
				for i, u := range got {
					if math.IsNaN(float64(u)) || math.IsInf(float64(u), 0) || what == framework.NonNegative && u < 0 {
						return fmt.Errorf("state of numbers that are finite and at least 0 (%v), resampled from %d×%d to %d×%d, has %g at number %d", what == framework.NonNegative, h, w, to[0], to[1], u, i)
					}
				}
			}
		}
	}
	return nil
}

// variableProject checks that points within the bounds stay, and that Project is idempotent.
func variableProject(v framework.Variable) error {
	const h, w = 8, 6
	p, bounded := v.(framework.Projector)
	if !bounded {
		return nil
	}
	inside := v.Initial(someImage(h, w))
	x := slices.Clone(inside)
	p.Project(x, h, w)
	for i := range x {
		if math.Abs(float64(x[i]-inside[i])) > 1e-5*(1+math.Abs(float64(inside[i]))) {
			return fmt.Errorf("number %d of an image goes from %g to %g: images are within the bounds", i, inside[i], x[i])
		}
	}
	for i := range x {
		x[i] = 1e6 * float32(i%3-1)
	}
	p.Project(x, h, w)
	once := slices.Clone(x)
	if p.Project(x, h, w); !slices.Equal(once, x) {
		return errors.New("Project is not idempotent")
	}
	if slices.ContainsFunc(x, func(u float32) bool { return math.Abs(float64(u)) == 1e6 }) {
		return errors.New("Project does not bound numbers of a million")
	}
	return nil
}
