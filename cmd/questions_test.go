package cmd

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/configs"
	"runexp/experiments/plan"
	"runexp/framework/config"
	"runexp/reports/effects"
)

// TestQuestions plans the built-in sweeps: each starts with its question, repeats it
// for the report, ends with its answer, and has the replicates that a claim needs.
func TestQuestions(t *testing.T) {
	for _, name := range []string{"layers", "weights", "images", "size", "optimizers"} {
		file := filepath.Join("..", "configs", name+".yaml")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := strings.Cut(string(text), "\n"); !strings.HasPrefix(first, "# Which ") || !strings.Contains(first, "?") {
			t.Errorf("%s starts with %q, not a question", name, first)
		}
		if _, answer, found := strings.Cut(string(text), "\n# Answer (vgg19-lite, "); !found || !strings.Contains(answer, "minute") && !strings.Contains(answer, "seconds") {
			t.Errorf("%s has no answer with its backbone and run time", name)
		}
		loader := config.Loader{Plugins: testPlugins(), Presets: configs.Presets()}
		resolved, err := loader.Load(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		points, err := plan.Expand(resolved)
		if err != nil {
			t.Fatal(err)
		}
		s := resolved.Sweep
		if s == nil || s.Question == "" {
			t.Fatalf("%s: %+v", name, s)
		}
		canAnswer(t, name, s, points)
		settings := 1
		for _, p := range s.Parameters {
			settings *= len(p.Levels)
		}
		if len(points) != settings*max(1, len(s.Pairs))*s.Repeats {
			t.Errorf("%s has %d trials of %d settings", name, len(points), settings)
		}
	}
}

// canAnswer checks that an effect of every setting on every metric could be claimed,
// and two levels distinguished, if the effect were clear.
func canAnswer(t *testing.T, name string, s *config.Sweep, points []plan.Point) {
	t.Helper()
	var study effects.Study
	for _, p := range s.Parameters {
		f := effects.Factor{Path: p.Name()}
		for i, l := range p.Levels {
			_, whole := l.Settings[0].Value.(int64)
			_, real := l.Settings[0].Value.(float64)
			f.Levels = append(f.Levels, effects.Level{Label: l.Label, Number: float64(i), Numeric: whole || real})
		}
		study.Factors = append(study.Factors, f)
	}
	for _, m := range s.Metrics {
		study.Metrics = append(study.Metrics, effects.Metric{Name: m, Better: "lower", Claimed: true})
	}
	units := map[[2]int]int{}
	for _, p := range points {
		key := [2]int{p.Pair, p.Repeat}
		if _, known := units[key]; !known {
			units[key] = len(study.Units)
			study.Units = append(study.Units, effects.Unit{})
		}
		value := 1.0
		for i, level := range p.Levels {
			value *= math.Pow(2, float64(level*(i+1)))
		}
		values := map[string]float64{}
		for _, m := range s.Metrics {
			values[m] = value
		}
		study.Runs = append(study.Runs, effects.Run{Number: int64(len(study.Runs)), Levels: p.Levels, Unit: units[key], Values: values})
	}
	a, err := effects.Analyze(study)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range a.Effects {
		if !e.Claim() || !slices.ContainsFunc(e.Contrasts, func(c effects.Contrast) bool { return c.Differs() }) {
			t.Errorf("%s cannot claim an effect of %s on %s, with %d units", name, e.Factor, e.Metric, len(study.Units))
		}
	}
}
