package tpe

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"runexp/framework"
)

func within(min, max float64, distribution string) framework.SweepParameter {
	return framework.SweepParameter{Range: framework.SweepRange{Min: min, Max: max, Distribution: distribution}}
}

// space returns a space of parameters called x0, x1 and so on.
func space(parameters ...framework.SweepParameter) framework.SweepSpace {
	for i := range parameters {
		parameters[i].Name = fmt.Sprint("x", i)
	}
	return framework.SweepSpace{Parameters: parameters, Blocks: 1, MaxPoints: 10_000}
}

func never([]framework.Choice, int) bool { return false }

// A problem is a function to minimise over a space.
type problem struct {
	space framework.SweepSpace
	of    func(x []framework.Choice) []float64
}

// problems are those of testdata/reference.py.
func problems() map[string]problem {
	tree := space(framework.SweepParameter{Levels: 2}, within(0, 1, "uniform"), within(0, 1, "uniform"), within(0, 1, "uniform"))
	tree.Unset = func(earlier []framework.Choice) bool {
		return len(earlier) == 1 && earlier[0].Level == 1 || len(earlier) > 1 && earlier[0].Level == 0
	}
	square := func(x float64) float64 { return x * x }
	return map[string]problem{
		"sphere": {
			space(slices.Repeat([]framework.SweepParameter{within(-5, 5, "uniform")}, 5)...),
			func(x []framework.Choice) []float64 {
				sum := 0.0
				for _, c := range x {
					sum += square(c.Value - 1)
				}
				return []float64{sum}
			},
		},
		"branin": {
			space(within(-5, 10, "uniform"), within(0, 15, "uniform")),
			func(x []framework.Choice) []float64 {
				a, b := x[0].Value, x[1].Value
				return []float64{square(b-5.1/(4*math.Pi*math.Pi)*a*a+5/math.Pi*a-6) + 10*(1-1/(8*math.Pi))*math.Cos(a) + 10}
			},
		},
		"mixed": {
			space(within(1e-5, 1, "log_uniform"), framework.SweepParameter{Levels: 4}, within(1, 20, "int")),
			func(x []framework.Choice) []float64 {
				return []float64{square(math.Log10(x[0].Value)+3) + []float64{1, 0, 2, 0.5}[x[1].Level] + square((x[2].Value-14)/4)}
			},
		},
		"conditional": {tree, func(x []framework.Choice) []float64 {
			if x[0].Level == 0 {
				return []float64{0.2 + square(x[1].Value)}
			}
			return []float64{square(x[2].Value-0.3) + square(x[3].Value-0.6)}
		}},
		"zdt1": {
			space(slices.Repeat([]framework.SweepParameter{within(0, 1, "uniform")}, 6)...),
			func(x []framework.Choice) []float64 {
				g := 1.0
				for _, c := range x[1:] {
					g += 9 * c.Value / 5
				}
				return []float64{x[0].Value, g * (1 - math.Sqrt(x[0].Value/g))}
			},
		},
	}
}

// reached is the best value after so many settings, or the dominated area of two objectives.
func (p problem) reached(t *testing.T, c Config, seed int64, trials int) float64 {
	t.Helper()
	s := Sampler{c}
	p.space.Seed, p.space.Cap = seed, trials
	points, err := s.Sample(p.space, never)
	if err != nil {
		t.Fatal(err)
	}
	var history []framework.Result
	for _, point := range points {
		history = append(history, framework.Result{Setting: point.Setting, Values: p.of(point.Setting)})
	}
	for len(history) < trials {
		setting, ok, err := s.Suggest(p.space, history, never)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		history = append(history, framework.Result{Setting: setting, Values: p.of(setting)})
	}
	var values [][]float64
	best := math.Inf(1)
	for _, r := range history {
		best = min(best, r.Values[0])
		if len(r.Values) > 1 && r.Values[0] < 1.1 && r.Values[1] < 8 {
			values = append(values, r.Values)
		}
	}
	if len(values) > 0 {
		return dominated(values, [2]float64{1.1, 8})
	}
	return best
}

// TestAgainstOptuna compares the median over 20 seeds with that of Optuna's sampler: as good
// as its worse quartile at least, and better than random settings are in the median.
func TestAgainstOptuna(t *testing.T) {
	var golden struct {
		Seeds     int64
		Functions map[string]struct {
			Trials      int
			TPE, Random float64
			Quartiles   []float64 `json:"tpe_quartiles"`
		}
	}
	data, err := os.ReadFile("testdata/optuna.json")
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := problems()
	if len(golden.Functions) != len(all) {
		t.Fatalf("%d functions, %d in the file", len(all), len(golden.Functions))
	}
	for name, want := range golden.Functions {
		var results, random []float64
		for seed := range golden.Seeds {
			results = append(results, all[name].reached(t, Defaults(), seed, want.Trials))
			none := Defaults()
			none.Startup = want.Trials
			random = append(random, all[name].reached(t, none, seed, want.Trials))
		}
		slices.Sort(results)
		slices.Sort(random)
		median := (results[len(results)/2-1] + results[len(results)/2]) / 2
		ours := (random[len(random)/2-1] + random[len(random)/2]) / 2
		t.Logf("%s: %.4g (quartiles %.4g and %.4g), Optuna %.4g (%.4g and %.4g); random %.4g, Optuna's %.4g",
			name, median, results[len(results)/4], results[3*len(results)/4], want.TPE, want.Quartiles[0], want.Quartiles[2], ours, want.Random)
		if name == "zdt1" { // higher is better
			if median < want.Quartiles[0] || median <= max(ours, want.Random) {
				t.Errorf("%s: the area is %.4g", name, median)
			}
		} else if median > want.Quartiles[2] || median >= min(ours, want.Random) {
			t.Errorf("%s: the best value is %.4g", name, median)
		}
	}
}
