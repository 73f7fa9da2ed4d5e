package plugintest

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/measure"
)

// brightness is a correct metric: the distance of the mean feature from the image's.
// Functions that are not nil introduce faults.
type brightness struct {
	define  func(d *framework.Definition)
	prepare func(image *measure.Image) (framework.Score, error)
	value   func(v float64, picture *measure.Image) float64
}

func (m brightness) Definition() framework.Definition {
	d := framework.Definition{
		Label: "brightness distance", Doc: "how far the mean of all features is from the content image's", Unit: "features",
		High: math.Inf(1), Better: framework.Lower, Against: framework.Content, Layers: framework.ContentLayers,
	}
	if m.define != nil {
		m.define(&d)
	}
	return d
}

func (m brightness) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	if m.prepare != nil {
		return m.prepare(image)
	}
	want := meanOf(image.Features(layer).Values)
	return func(picture *measure.Image) float64 {
		v := math.Abs(meanOf(picture.Features(layer).Values) - want)
		if m.value != nil {
			return m.value(v, picture)
		}
		return v
	}, nil
}

func meanOf(values []float32) float64 {
	sum := 0.0
	for _, v := range values {
		sum += float64(v)
	}
	return sum / float64(len(values))
}

func TestMetric(t *testing.T) { Metric(t, brightness{}) }

// TestMetricFindsFaults introduces one fault at a time, which the named check must find.
func TestMetricFindsFaults(t *testing.T) {
	calls := 0
	for name, c := range map[string]struct {
		check string
		m     brightness
	}{
		"no label":         {"definition", brightness{define: func(d *framework.Definition) { d.Label = "" }}},
		"two lines":        {"definition", brightness{define: func(d *framework.Definition) { d.Doc += "\n" }}},
		"no direction":     {"definition", brightness{define: func(d *framework.Definition) { d.Better = "" }}},
		"no bounds":        {"definition", brightness{define: func(d *framework.Definition) { d.High = 0 }}},
		"unknown role":     {"definition", brightness{define: func(d *framework.Definition) { d.Against = "sketch" }}},
		"unknown layers":   {"definition", brightness{define: func(d *framework.Definition) { d.Layers = "all" }}},
		"unreachable best": {"definition", brightness{define: func(d *framework.Definition) { d.Equal = -1 }}},
		"changing":         {"definition", brightness{define: func(d *framework.Definition) { calls++; d.Equal = float64(calls) }}},
		"wrong at equal":   {"equal", brightness{value: func(v float64, _ *measure.Image) float64 { return v + 1 }}},
		"not finite": {"values", brightness{value: func(v float64, picture *measure.Image) float64 {
			return v / meanOf(picture.Pix) // 0/0 for a black picture
		}}},
		"negative": {"values", brightness{value: func(v float64, _ *measure.Image) float64 { return -v }}},
		"threads": {"threads", brightness{value: func(v float64, _ *measure.Image) float64 {
			return v * float64(runtime.GOMAXPROCS(0))
		}}},
		"counts": {"order", brightness{value: func(v float64, _ *measure.Image) float64 { calls++; return v + float64(calls) }}},
		"retains the network's memory": {"order", brightness{prepare: func(image *measure.Image) (framework.Score, error) {
			want := image.Features(metricLayer).Values
			return func(picture *measure.Image) float64 {
				return picture.Kernels.SquaredError(slices.Clone(picture.Features(metricLayer).Values), want) + meanOf(want)
			}, nil
		}}},
		"changes pixels": {"unchanged", brightness{value: func(v float64, picture *measure.Image) float64 {
			picture.Pix[0] = 2
			return v
		}}},
		"changes features": {"unchanged", brightness{prepare: func(image *measure.Image) (framework.Score, error) {
			image.Features(metricLayer).Values[0] = 2
			return func(*measure.Image) float64 { return 0 }, nil
		}}},
		"panics": {"equal", brightness{prepare: func(*measure.Image) (framework.Score, error) { panic("no") }}},
	} {
		at := slices.IndexFunc(metricChecks(), func(m metricCheck) bool { return m.name == c.check })
		if err := guarded(func() error { return metricChecks()[at].check(c.m) }); err == nil {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}
