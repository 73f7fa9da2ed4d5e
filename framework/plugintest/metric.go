package plugintest

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// Metric tests a metric against framework.Metric's contract, with features of a small
// built-in network.
func Metric(t *testing.T, m framework.Metric) {
	t.Helper()
	for _, c := range metricChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(m) }); err != nil {
				t.Error(err)
			}
		})
	}
}

type metricCheck struct {
	name  string
	check func(framework.Metric) error
}

func metricChecks() []metricCheck {
	return []metricCheck{
		{"definition", metricDefinition},
		{"equal", metricEqual},
		{"values", metricValues},
		{"threads", metricThreads},
		{"order", metricOrder},
		{"unchanged", metricUnchanged},
	}
}

// metricDefinition checks that the definition is complete and constant.
func metricDefinition(m framework.Metric) error {
	d := m.Definition()
	if !reflect.DeepEqual(m.Definition(), d) {
		return errors.New("Definition returns something else the second time")
	}
	return d.Check()
}

// metricEqual checks the score of the image that pictures are compared with.
func metricEqual(m framework.Metric) error {
	d := m.Definition()
	if d.Against == "" {
		return nil
	}
	for _, size := range metricSizes() {
		e := newFakeNetwork(compute.Plain[float32]{})
		image := someImage(size[0], size[1])
		score, err := m.Prepare(e.run(image), layerOf(m))
		if err != nil {
			return fmt.Errorf("%d×%d: %w", size[0], size[1], err)
		}
		if got := score(e.run(image)); !(math.Abs(got-d.Equal) <= 1e-6*(1+math.Abs(d.Equal))) {
			return fmt.Errorf("%d×%d: the image itself scores %g, but Equal is %g", size[0], size[1], got, d.Equal)
		}
	}
	return nil
}

// metricValues checks that values are finite and within the bounds. Only an image of one
// colour may be rejected.
func metricValues(m framework.Metric) error {
	d := m.Definition()
	slack := 1e-9 * (1 + math.Abs(d.Low)) // for rounding at a bound
	for _, size := range metricSizes() {
		h, w := size[0], size[1]
		pictures := []*imaging.Image{someImage(h, w), someImage(w, h).Resize(h, w), oneColour(h, w, 0), oneColour(h, w, 0.5), oneColour(h, w, 1)}
		for i, image := range pictures {
			e := newFakeNetwork(compute.Plain[float32]{})
			score, err := prepareMetric(m, e, image)
			if err != nil && i < 2 {
				return fmt.Errorf("%d×%d: random pixels are rejected: %w", h, w, err)
			}
			if err != nil {
				continue
			}
			for k, picture := range pictures {
				if got := score(e.run(picture)); !(got >= d.Low-slack && got <= d.High+slack) || math.IsInf(got, 0) {
					return fmt.Errorf("%d×%d: picture %d against image %d scores %g, which is not from %g to %g, or not finite", h, w, k, i, got, d.Low, d.High)
				}
			}
		}
	}
	return nil
}

// metricThreads checks that the bits do not depend on the number of threads.
func metricThreads(m framework.Metric) error {
	const h, w = 61, 83
	var first float64
	for threads := 1; threads <= 3; threads++ {
		engine, err := compute.NewEngine(compute.Options{Threads: threads, ISA: os.Getenv("RUNEXP_ISA")})
		if err != nil {
			return err
		}
		before := runtime.GOMAXPROCS(threads)
		got, err := metricOnce(m, newFakeNetwork(engine), someImage(h, w), someImage(w, h).Resize(h, w))
		runtime.GOMAXPROCS(before)
		engine.Close()
		if err != nil {
			return err
		}
		if threads == 1 {
			first = got
		}
		if got != first {
			return fmt.Errorf("%d threads give %v, and one gives %v", threads, got, first)
		}
	}
	return nil
}

// metricOrder checks that a score depends neither on pictures scored before, nor on other
// prepared images, nor on the features' memory, which the next image overwrites.
func metricOrder(m framework.Metric) error {
	const h, w = 24, 31
	image, picture, other := someImage(h, w), someImage(w, h).Resize(h, w), oneColour(h, w, 0.25)
	alone, err := prepareMetric(m, newFakeNetwork(compute.Plain[float32]{}), image)
	if err != nil {
		return err
	}
	want := alone(newFakeNetwork(compute.Plain[float32]{}).run(picture))
	e := newFakeNetwork(compute.Plain[float32]{})
	score, err := prepareMetric(m, e, image)
	if err != nil {
		return err
	}
	if got := score(e.run(picture)); got != want {
		return fmt.Errorf("a picture scores %v, and %v after the image's features are overwritten: copy them", want, got)
	}
	score(e.run(other))
	if _, err := prepareMetric(m, e, picture); err != nil {
		return err
	}
	if got := score(e.run(picture)); got != want {
		return fmt.Errorf("a picture scores %v, and after other images %v: keep no state", want, got)
	}
	return nil
}

// metricUnchanged checks that pixels and features are not modified.
func metricUnchanged(m framework.Metric) error {
	const h, w = 24, 31
	e := newFakeNetwork(compute.Plain[float32]{})
	score, err := prepareMetric(m, e, someImage(h, w))
	if err != nil {
		return err
	}
	for what, call := range map[string]func(*measure.Image) error{
		"Prepare": func(image *measure.Image) error { _, err := m.Prepare(image, layerOf(m)); return err },
		"a Score": func(image *measure.Image) error { score(image); return nil },
	} {
		if what == "Prepare" && m.Definition().Against == "" {
			continue
		}
		seen := e.run(someImage(w, h).Resize(h, w))
		pix, features, luma := slices.Clone(seen.Pix), slices.Clone(seen.Features(metricLayer).Values), slices.Clone(seen.Luma().V)
		if err := call(seen); err != nil {
			return err
		}
		if !slices.Equal(pix, seen.Pix) || !slices.Equal(features, seen.Features(metricLayer).Values) || !slices.Equal(luma, seen.Luma().V) {
			return fmt.Errorf("%s modifies its image", what)
		}
	}
	return nil
}

// metricOnce returns the score of a picture against an image.
func metricOnce(m framework.Metric, e *fakeNetwork, image, picture *imaging.Image) (float64, error) {
	score, err := prepareMetric(m, e, image)
	if err != nil {
		return 0, err
	}
	return score(e.run(picture)), nil
}

// layerOf returns the layer that a scorer prepares m for.
func layerOf(m framework.Metric) string {
	if l := m.Definition().Layers; l == framework.NoLayers || l == framework.LayersTogether {
		return ""
	}
	return metricLayer
}

// prepareMetric prepares a metric as a scorer does.
func prepareMetric(m framework.Metric, e *fakeNetwork, image *imaging.Image) (framework.Score, error) {
	if m.Definition().Against == "" {
		return m.Prepare(nil, layerOf(m))
	}
	return m.Prepare(e.run(image), layerOf(m))
}

// metricSizes are sizes of pictures: one in between, the smallest, and an oblong one.
func metricSizes() [][2]int {
	return [][2]int{{40, 52}, {measure.Smallest, measure.Smallest}, {measure.Smallest, 70}}
}

func oneColour(h, w int, value float32) *imaging.Image {
	m := imaging.New(h, w)
	for i := range m.Pix {
		m.Pix[i] = value
	}
	return m
}
