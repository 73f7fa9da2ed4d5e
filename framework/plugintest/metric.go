package plugintest

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// Metric holds a metric to framework.Metric's contract. Its features are of a small
// network of the suite's own.
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

// metricDefinition checks that the definition is complete and always the same.
func metricDefinition(m framework.Metric) error {
	d := m.Definition()
	if m.Definition() != d {
		return errors.New("Definition says something else the second time")
	}
	return d.Check()
}

// metricEqual checks what the image that pictures are compared with scores itself.
func metricEqual(m framework.Metric) error {
	d := m.Definition()
	if d.Against == "" {
		return nil
	}
	for _, size := range metricSizes() {
		e := newEye(compute.Plain[float32]{})
		image := someImage(size[0], size[1])
		score, err := m.Prepare(e.see(image), metricLayer)
		if err != nil {
			return fmt.Errorf("%d×%d: %w", size[0], size[1], err)
		}
		if got := score(e.see(image)); !(math.Abs(got-d.Equal) <= 1e-6*(1+math.Abs(d.Equal))) {
			return fmt.Errorf("%d×%d: the image itself scores %g, and Equal is %g", size[0], size[1], got, d.Equal)
		}
	}
	return nil
}

// metricValues checks that values are finite and within the bounds. Only an image of one
// colour may be refused.
func metricValues(m framework.Metric) error {
	d := m.Definition()
	slack := 1e-9 * (1 + math.Abs(d.Low)) // rounding may leave a bound by so much
	for _, size := range metricSizes() {
		h, w := size[0], size[1]
		pictures := []*imaging.Image{someImage(h, w), someImage(w, h).Resize(h, w), oneColour(h, w, 0), oneColour(h, w, 0.5), oneColour(h, w, 1)}
		for i, image := range pictures {
			e := newEye(compute.Plain[float32]{})
			score, err := prepareMetric(m, e, image)
			if err != nil && i < 2 {
				return fmt.Errorf("%d×%d: random pixels are refused: %w", h, w, err)
			}
			if err != nil {
				continue
			}
			for k, picture := range pictures {
				if got := score(e.see(picture)); !(got >= d.Low-slack && got <= d.High+slack) || math.IsInf(got, 0) {
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
		got, err := metricOnce(m, newEye(engine), someImage(h, w), someImage(w, h).Resize(h, w))
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

// metricOrder checks that neither what was scored before nor another image that was
// prepared changes a score, nor that the next image overwrites the features.
func metricOrder(m framework.Metric) error {
	const h, w = 24, 31
	image, picture, other := someImage(h, w), someImage(w, h).Resize(h, w), oneColour(h, w, 0.25)
	alone, err := prepareMetric(m, newEye(compute.Plain[float32]{}), image)
	if err != nil {
		return err
	}
	want := alone(newEye(compute.Plain[float32]{}).see(picture))
	e := newEye(compute.Plain[float32]{})
	score, err := prepareMetric(m, e, image)
	if err != nil {
		return err
	}
	if got := score(e.see(picture)); got != want {
		return fmt.Errorf("a picture scores %v, and %v once the features of the image are overwritten: keep a copy", want, got)
	}
	score(e.see(other))
	if _, err := prepareMetric(m, e, picture); err != nil {
		return err
	}
	if got := score(e.see(picture)); got != want {
		return fmt.Errorf("a picture scores %v, and after other images %v: keep no state", want, got)
	}
	return nil
}

// metricUnchanged checks that pixels and features are left as they are.
func metricUnchanged(m framework.Metric) error {
	const h, w = 24, 31
	e := newEye(compute.Plain[float32]{})
	score, err := prepareMetric(m, e, someImage(h, w))
	if err != nil {
		return err
	}
	for what, call := range map[string]func(*measure.Image) error{
		"Prepare": func(image *measure.Image) error { _, err := m.Prepare(image, metricLayer); return err },
		"a Score": func(image *measure.Image) error { score(image); return nil },
	} {
		if what == "Prepare" && m.Definition().Against == "" {
			continue
		}
		seen := e.see(someImage(w, h).Resize(h, w))
		pix, features, luma := slices.Clone(seen.Pix), slices.Clone(seen.Features(metricLayer).Values), slices.Clone(seen.Luma().V)
		if err := call(seen); err != nil {
			return err
		}
		if !slices.Equal(pix, seen.Pix) || !slices.Equal(features, seen.Features(metricLayer).Values) || !slices.Equal(luma, seen.Luma().V) {
			return fmt.Errorf("%s changes the image that it is given", what)
		}
	}
	return nil
}

// metricOnce returns the score of a picture against an image.
func metricOnce(m framework.Metric, e *eye, image, picture *imaging.Image) (float64, error) {
	score, err := prepareMetric(m, e, image)
	if err != nil {
		return 0, err
	}
	return score(e.see(picture)), nil
}

// prepareMetric prepares a metric as a scorer does.
func prepareMetric(m framework.Metric, e *eye, image *imaging.Image) (framework.Score, error) {
	if m.Definition().Against == "" {
		return m.Prepare(nil, metricLayer)
	}
	return m.Prepare(e.see(image), metricLayer)
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
