package plan

import (
	"slices"
	"strings"
	"testing"
)

const whenSweep = `
content: c0.png
style: s0.png
sweep:
  parameters:
    - {path: losses.tv.weight, values: [0, 5]}
    - {path: losses.style.weight, values: [10, 20], when: losses.tv.weight > 1}
    - {path: losses.content.layers, values: [[conv3_1], [conv4_2]]}
`

// Where a condition is false the parameter is not set: the config's value stays, and settings
// that would differ only in it are one, whatever the sampler.
func TestWhen(t *testing.T) {
	want := []string{
		"-1.0 0 [conv3_1]", "-1.0 0 [conv4_2]",
		"-1.0 5 10 [conv3_1]", "-1.0 5 10 [conv4_2]", "-1.0 5 20 [conv3_1]", "-1.0 5 20 [conv4_2]",
	}
	points := expand(t, whenSweep)
	same(t, allSettings(points), want)
	for _, method := range []string{"random", "sobol"} {
		drawn := allSettings(expand(t, whenSweep, "sweep.method="+method, "sweep.run_cap=30"))
		slices.Sort(drawn)
		same(t, drawn, want)
	}
	if weight := points[0].Config.Experiment.Losses[1].Weight; weight != 1e3 {
		t.Errorf("the weight that is not set is %g", weight)
	}
	for n, size := range map[int]int{3: 3, 6: 6, 7: 6} {
		capped := allSettings(expand(t, whenSweep, "sweep.run_cap="+string(rune('0'+n))))
		slices.Sort(capped)
		if len(slices.Compact(capped)) != size {
			t.Errorf("run_cap %d: %q", n, capped)
		}
	}
}

// A range too is drawn only where it is set, and exclude sees the config's value elsewhere.
func TestWhenOfARange(t *testing.T) {
	points := expand(t, whenSweep, "sweep.method=random", "sweep.run_cap=40", "losses.style.weight=interval(1,9)", `sweep.exclude=["losses.style.weight == 1000 && losses.content.layers == '[conv3_1]'"]`)
	off, on := 0, 0
	for _, p := range points {
		weight := p.Config.Experiment.Losses[1].Weight
		switch line := lineOf(p); {
		case strings.HasPrefix(line, "-1.0 0 ["):
			off++
			if weight != 1e3 || line != "-1.0 0 [conv4_2]" {
				t.Errorf("%s, style %g", line, weight)
			}
		default:
			on++
			if weight < 1 || weight > 9 {
				t.Errorf("%s, style %g", line, weight)
			}
		}
	}
	if off != 1 || on != 39 {
		t.Errorf("%d points without the range, %d with", off, on)
	}
}

// An expression that cannot be evaluated is an error of the sweep.
func TestWhenThatFails(t *testing.T) {
	r, err := loadPlan(t, strings.Replace(whenSweep, "values: [0, 5]", "values: [0, null]", 1))
	if err == nil {
		_, err = Expand(r)
	}
	if err == nil || !strings.Contains(err.Error(), "sweep.parameters[1].when: cannot be evaluated for losses.tv.weight=null") {
		t.Error(err)
	}
}
