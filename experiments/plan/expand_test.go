package plan

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/experiments/testbed"
	"runexp/framework/config"
)

const planBase = `
losses:
  - {name: content, type: content, layers: [conv4_2]}
  - {name: style, type: gram, layers: [conv1_1, conv2_1], weight: 1e3}
  - {type: tv, weight: 10}
`

// pairsOf writes n pairs without a common image.
func pairsOf(n int) string {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("{content: c%d.png, style: s%d.png}", i, i))
	}
	return "[" + strings.Join(pairs, ", ") + "]"
}

// loadPlan loads planBase with a sweep section.
func loadPlan(t *testing.T, sweep string, overrides ...string) (*config.Resolved, error) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"x.yaml": planBase + sweep}
	for i := range 8 {
		files[fmt.Sprintf("c%d.png", i)], files[fmt.Sprintf("s%d.png", i)] = "", ""
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := config.Loader{
		Plugins: testbed.Plugins(),
		WorkDir: dir,
	}
	return l.Load(filepath.Join(dir, "x.yaml"), overrides)
}

// expand returns the points of planBase with a sweep section.
func expand(t *testing.T, sweep string, overrides ...string) []Point {
	t.Helper()
	r, err := loadPlan(t, sweep, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	points, err := Expand(r)
	if err != nil {
		t.Fatal(err)
	}
	return points
}

// lineOf prints a point: its pair, repeat and values.
func lineOf(p Point) string {
	parts := []string{fmt.Sprintf("%d.%d", p.Pair, p.Repeat)}
	for _, s := range p.Settings {
		parts = append(parts, s.Text)
	}
	return strings.Join(parts, " ")
}

func allSettings(points []Point) []string {
	var lines []string
	for _, p := range points {
		lines = append(lines, lineOf(p))
	}
	return lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The order is all settings on the first pair, then on the next; then the next repeat.
func TestGridOrder(t *testing.T) {
	points := expand(t, `
init: {from: noise}
sweep:
  pairs: `+pairsOf(2)+`
  repeats: 2
  parameters:
    - {path: losses.content.layers, values: [[conv3_1], [conv4_2]]}
    - {zip: [{path: losses.tv.weight, values: [0, 5]}, {path: losses.style.weight, values: [10, 20]}]}
`)
	var want []string
	for _, block := range []string{"0.0", "1.0", "0.1", "1.1"} {
		for _, layers := range []string{"[conv3_1]", "[conv4_2]"} {
			want = append(want, block+" "+layers+" 0 10", block+" "+layers+" 5 20")
		}
	}
	same(t, allSettings(points), want)
	for i, p := range points {
		e := p.Config.Experiment
		layers := []string{"conv3_1", "conv4_2"}[p.Levels[0]]
		if p.Number != i || e.Seed != int64(1+p.Repeat) || filepath.Base(e.Content.Image) != fmt.Sprintf("c%d.png", p.Pair) ||
			filepath.Base(e.Style[0].Image) != fmt.Sprintf("s%d.png", p.Pair) ||
			e.Losses[2].Weight != []float64{0, 5}[p.Levels[1]] || e.Losses[1].Weight != []float64{10, 20}[p.Levels[1]] {
			t.Errorf("trial %d, %s, is %+v", i, lineOf(p), e)
		}
		params, err := p.Config.Params()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(params, config.Param{Path: "losses.content.layers", Value: config.List("[" + layers + "]")}) {
			t.Errorf("trial %d: the layers are not %s", i, layers)
		}
	}
}

func TestNoSweep(t *testing.T) {
	points := expand(t, "content: c0.png\nstyle: s0.png\n")
	if len(points) != 1 || points[0].Pair != -1 || points[0].Config.Experiment.Name != "x" || len(points[0].Settings) != 0 {
		t.Errorf("got %+v", points)
	}
}

// run_cap draws settings and runs each on every pair; a higher cap only adds trials.
func TestGridCap(t *testing.T) {
	const sweep = `
sweep:
  pairs: [{content: c0.png, style: s0.png}, {content: c1.png, style: s1.png}, {content: c2.png, style: s2.png}]
  parameters:
    - {path: losses.tv.weight, values: [0, 1, 2, 3, 4]}
    - {path: losses.style.weight, values: [10, 20, 30, 40]}
`
	var before []string
	for _, n := range []int{1, 2, 3, 7, 20, 59, 60, 100} {
		points := expand(t, sweep, fmt.Sprint("sweep.run_cap=", n))
		if len(points) != min(n, 60) {
			t.Errorf("run_cap %d makes %d trials", n, len(points))
		}
		perPair, perSetting := map[int]int{}, map[string]int{}
		for _, p := range points {
			perPair[p.Pair]++
			perSetting[lineOf(p)[4:]]++
		}
		for pair := range 3 {
			if k := perPair[pair]; k != n/3 && k != n/3+1 && n < 60 {
				t.Errorf("run_cap %d: %v trials by pair", n, perPair)
			}
		}
		incomplete := 0
		for _, k := range perSetting {
			if k < 3 {
				incomplete++
			}
		}
		if incomplete > 1 {
			t.Errorf("run_cap %d: %d settings are not on every pair", n, incomplete)
		}
		if !slices.IsSortedFunc(points, func(a, b Point) int { return a.Pair - b.Pair }) {
			t.Errorf("run_cap %d: trials are not grouped by pair", n)
		}
		now := allSettings(points)
		for _, line := range before {
			if !slices.Contains(now, line) {
				t.Errorf("run_cap %d: %s is missing", n, line)
			}
		}
		before = now
	}
	same(t, allSettings(expand(t, sweep, "sweep.run_cap=20")), allSettings(expand(t, sweep, "sweep.run_cap=20")))
	if slices.Equal(allSettings(expand(t, sweep, "sweep.run_cap=20")), allSettings(expand(t, sweep, "sweep.run_cap=20", "seed=2"))) {
		t.Error("another seed chooses the same settings")
	}
}

func TestExclude(t *testing.T) {
	points := expand(t, `
sweep:
  pairs: `+pairsOf(2)+`
  parameters:
    - {path: losses.tv.weight, values: [0, 5]}
    - {path: losses.content.layers, values: [[conv3_1], [conv4_2]]}
  exclude: ["losses.tv.weight > 1 && losses.content.layers == '[conv3_1]'", "pair.style == 's1' and losses.tv.weight == 0"]
`)
	same(t, allSettings(points), []string{
		"0.0 0 [conv3_1]", "0.0 0 [conv4_2]", "0.0 5 [conv4_2]",
		"1.0 5 [conv4_2]",
	})
}

// Excluded combinations need not be valid.
func TestExcludedIsNotChecked(t *testing.T) {
	const sweep = `
content: c0.png
style: s0.png
sweep:
  parameters:
    - {path: backbone.name, values: [vgg19-lite, vgg11]}
    - {path: losses.content.layers, values: [[conv4_2], [conv4_4]]}
`
	r, err := loadPlan(t, sweep)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Expand(r); err == nil || !strings.Contains(err.Error(), `x.yaml:12:58: losses.content.layers[0]: unknown layer "conv4_4"`) {
		t.Errorf("vgg11 has conv4_4: %v", err)
	}
	points := expand(t, sweep+"  exclude: [\"backbone.name == 'vgg11' && losses.content.layers == '[conv4_4]'\"]\n")
	same(t, allSettings(points), []string{"-1.0 vgg19-lite [conv4_2]", "-1.0 vgg19-lite [conv4_4]", "-1.0 vgg11 [conv4_2]"})
}

func TestBadPlans(t *testing.T) {
	const pictures = "content: c0.png\nstyle: s0.png\n"
	for _, test := range []struct{ sweep, want string }{
		{pictures + "sweep: {parameters: [{path: losses.tv.weight, values: [1, 2]}], exclude: [losses.tv.weight > 5, losses.tv.weight > 1, losses.tv.weight == 1]}",
			`sweep.exclude: no trial is left: "losses.tv.weight > 1" excludes 1, "losses.tv.weight == 1" excludes 1`},
		{pictures + "sweep: {repeats: 4, parameters: [{path: losses.tv.weight, values: [1, 2]}]}",
			"sweep.repeats: nothing in any trial is random, so every seed makes the same picture; give pairs of images as replicates, or make something random: init.from: noise, or a content.crop below 1"},
		{pictures + "sweep: {repeats: 20000}", "sweep.repeats: make more than 10000 trials"},
		{pictures + "sweep: {parameters: [{path: losses.tv.weight, min: 0, max: 1, steps: 200}, {path: losses.style.weight, min: 0, max: 1, steps: 51}]}",
			"sweep: makes 10,200 trials, more than 10000; leave values out, or give run_cap"},
		{pictures + "init: {from: noise}\nsweep: {run_cap: 5, parameters: [{path: losses.tv.weight, min: 0, max: 1, steps: 1000}, {path: losses.style.weight, min: 0, max: 1, steps: 1000}, {path: init.sigma, values: [1, 2]}]}",
			"sweep.parameters: make a grid of more than 1,000,000 trials; method: random draws from them"},
		// Only one combination fails, so Expand reports it, not Load.
		{pictures + "sweep: {parameters: [{path: losses.tv.weight, values: [1, 10]}, {path: losses.style.weight, values: [5, null]}], exclude: [losses.tv.weight == 10 && losses.style.weight > 1]}",
			"sweep.exclude[0]: cannot be evaluated for losses.tv.weight=10 losses.style.weight=null"},
		{pictures + "sweep: {method: random, run_cap: 10001, parameters: [{path: losses.tv.weight, min: 0, max: 1}]}", "sweep: makes 10,001 trials"},
		{"sweep: {method: random, run_cap: 9223372036854775807, pairs: " + pairsOf(2) + ", parameters: [{path: losses.tv.weight, min: 0, max: 1}]}", "sweep: makes 9,223,372,036,854,775,806 trials"},
		// Each is valid alone, both together are not; three trials report it once.
		{"content: c0.png\nstyle: [s0.png, s1.png]\nsweep: {parameters: [{path: style.0.weight, values: [1, 0]}, {path: losses.tv.weight, values: [1, 2, 3]}, {path: style.1.weight, values: [1, 0]}]}",
			"style: every weight is 0"},
	} {
		r, err := loadPlan(t, test.sweep)
		if err == nil {
			_, err = Expand(r)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s\ngot %v\nwant %s", test.sweep, err, test.want)
		}
	}
}

// Repeats need at least one random trial.
func TestRepeats(t *testing.T) {
	for _, random := range []string{"init: {from: noise}\n", "content: {image: c0.png, crop: 0.5}\n"} {
		sweep := "style: s0.png\nsweep: {repeats: 3}\n" + random
		if !strings.Contains(random, "content") {
			sweep += "content: c0.png\n"
		}
		points := expand(t, sweep)
		if len(points) != 3 || points[2].Config.Experiment.Seed != 3 || points[2].Repeat != 2 {
			t.Errorf("%s: %+v", random, points)
		}
	}
}

const randomSweep = `
content: c0.png
style: s0.png
sweep:
  method: random
  run_cap: 40
  parameters:
    - {path: losses.tv.weight, min: 0, max: 8}
    - {path: losses.style.weight, min: 1e2, max: 1e5, distribution: log_uniform}
    - {path: "stages[0].iterations", min: 1, max: 4, distribution: int}
    - {path: losses.content.layers, values: [[conv3_1], [conv4_2]]}
`

// by lists a parameter's values in the order of the draws.
func by(points []Point, path string) []string {
	var values []string
	for _, p := range points {
		for _, s := range p.Settings {
			if s.Path == path {
				values = append(values, s.Text)
			}
		}
	}
	return values
}

// Draws do not depend on the order of the parameters. A higher cap adds draws; another
// seed changes them.
func TestRandomIsDeterministic(t *testing.T) {
	points := expand(t, randomSweep)
	if len(points) != 40 {
		t.Fatalf("%d trials", len(points))
	}
	same(t, allSettings(expand(t, randomSweep)), allSettings(points))
	same(t, allSettings(expand(t, randomSweep, "sweep.run_cap=55"))[:40], allSettings(points))
	lines := strings.Split(strings.TrimSpace(randomSweep), "\n")
	slices.Reverse(lines[len(lines)-4:])
	turned := expand(t, strings.Join(lines, "\n"))
	for _, path := range []string{"losses.tv.weight", "losses.style.weight", "stages[0].iterations", "losses.content.layers"} {
		same(t, by(turned, path), by(points, path))
	}
	if slices.Equal(allSettings(expand(t, randomSweep, "seed=2")), allSettings(points)) {
		t.Error("another seed draws the same")
	}
	for _, p := range points {
		if p.Levels[0] != -1 || p.Levels[2] != -1 || p.Levels[3] != slices.Index([]string{"[conv3_1]", "[conv4_2]"}, p.Settings[3].Text) {
			t.Fatalf("%s has the levels %v", lineOf(p), p.Levels)
		}
	}
}

// The draws of a seed never change, so that a sweep planned by an earlier version can be
// resumed.
func TestDrawsAreStable(t *testing.T) {
	same(t, allSettings(expand(t, randomSweep, "seed=9"))[:3], []string{
		"-1.0 3.80204 5185.84 3 [conv3_1]", "-1.0 2.15075 559.841 4 [conv4_2]", "-1.0 1.97325 1052.86 4 [conv3_1]",
	})
	same(t, allSettings(expand(t, "\nsweep:\n  run_cap: 3\n  pairs: "+pairsOf(1)+"\n  parameters:\n"+
		"    - {path: losses.tv.weight, values: [0, 1, 2, 3, 4]}\n    - {path: losses.style.weight, values: [10, 20, 30, 40]}\n")),
		[]string{"0.0 0 10", "0.0 1 10", "0.0 4 40"})
}

// run_cap counts settings: each runs on every pair.
func TestRandomPairs(t *testing.T) {
	points := expand(t, randomSweep, "sweep.run_cap=5", "sweep.pairs="+pairsOf(3))
	if len(points) != 15 {
		t.Fatalf("%d trials", len(points))
	}
	for i, p := range points {
		if p.Pair != i/5 || lineOf(p)[3:] != lineOf(points[i%5])[3:] {
			t.Errorf("trial %d is %s", i, lineOf(p))
		}
	}
}

// With fewer distinct settings than draws each is run once; excluded ones do not count.
func TestRandomChoices(t *testing.T) {
	const sweep = `
content: c0.png
style: s0.png
init: {from: noise}
sweep: {method: random, run_cap: 30, parameters: [{path: losses.tv.weight, values: [1, 2, 3]}, {path: init.sigma, values: [1, 2]}], exclude: [losses.tv.weight == 2]}
`
	for _, n := range []int{30, 4} {
		lines := allSettings(expand(t, sweep, fmt.Sprint("sweep.run_cap=", n)))
		slices.Sort(lines)
		same(t, lines, []string{"-1.0 1 1", "-1.0 1 2", "-1.0 3 1", "-1.0 3 2"})
	}
}

// ks is the Kolmogorov–Smirnov distance of values from a distribution function.
func ks(values []float64, f func(float64) float64) float64 {
	slices.Sort(values)
	d, n := 0.0, float64(len(values))
	for i, x := range values {
		d = max(d, math.Abs(f(x)-float64(i)/n), math.Abs(float64(i+1)/n-f(x)))
	}
	return d
}

func TestRandomDistributions(t *testing.T) {
	points := expand(t, randomSweep, "sweep.run_cap=2000")
	values := map[string][]float64{}
	count := map[string]int{}
	for _, p := range points {
		for _, s := range p.Settings {
			switch v := s.Value.(type) {
			case float64:
				values[s.Path] = append(values[s.Path], v)
			default:
				count[s.Text]++
			}
		}
	}
	critical := 1.95 / math.Sqrt(2000) // p = 0.001
	if d := ks(values["losses.tv.weight"], func(x float64) float64 { return x / 8 }); d > critical {
		t.Errorf("uniform: distance %.3f", d)
	}
	if d := ks(values["losses.style.weight"], func(x float64) float64 { return math.Log10(x/1e2) / 3 }); d > critical {
		t.Errorf("log_uniform: distance %.3f", d)
	}
	for text, p := range map[string]float64{"1": 0.25, "2": 0.25, "3": 0.25, "4": 0.25, "[conv3_1]": 0.5, "[conv4_2]": 0.5} {
		if d := math.Abs(float64(count[text]) - 2000*p); d > 3.9*math.Sqrt(2000*p*(1-p)) { // p = 0.0001
			t.Errorf("%s is drawn %d times in 2000", text, count[text])
		}
	}
	if len(count) != 6 {
		t.Errorf("draws: %v", count)
	}
}
