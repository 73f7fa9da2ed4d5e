package tpe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
)

// results have the given values and settings that count from 0.
func results(values ...[]float64) (history []framework.Result) {
	for i, v := range values {
		history = append(history, framework.Result{Setting: []framework.Choice{{Level: i}}, Values: v})
	}
	return history
}

func numbers(settings [][]framework.Choice) (list []int) {
	for _, s := range settings {
		list = append(list, s[0].Level)
	}
	return list
}

// The good settings are the best of those with values, a share of those that have ended;
// failed and pending ones are bad.
func TestSplit(t *testing.T) {
	history := results([]float64{5}, nil, []float64{1}, []float64{4}, []float64{3}, []float64{2}, nil)
	history[6].Pending = true
	good, bad, ok := split(history, 6, 0.4)
	if !ok || !slices.Equal(numbers(good), []int{2, 4, 5}) || !slices.Equal(numbers(bad), []int{0, 1, 3, 6}) {
		t.Errorf("good %v, bad %v, %v", numbers(good), numbers(bad), ok)
	}
	if _, _, ok := split(history, 7, 0.4); ok {
		t.Error("six that have ended are enough for seven")
	}
	if _, _, ok := split(results(nil, nil), 1, 0.4); ok {
		t.Error("nothing has values")
	}
	if good, _, ok := split(results(nil, nil, nil, []float64{1}), 1, 0.9); !ok || len(good) != 1 {
		t.Errorf("%d are good of one with values", len(good))
	}
	var many [][]float64
	for i := range 400 {
		many = append(many, []float64{float64(i)})
	}
	if good, _, _ := split(results(many...), 1, 0.5); len(good) != maxGood {
		t.Errorf("%d are good", len(good))
	}
}

// Of two objectives the first fronts are good, and of the last those that dominate most.
func TestFronts(t *testing.T) {
	values := [][]float64{{9, 9}, {0, 3}, {1, 1}, {3, 0}, {4, 4}, {1.1, 0.95}}
	for n, want := range map[int][]int{
		1: {2}, // the largest area alone
		2: {1, 2},
		3: {1, 2, 3},
		4: {1, 2, 3, 5},
		5: {1, 2, 3, 4, 5},
	} {
		got := bestOf(values, n)
		slices.Sort(got)
		if !slices.Equal(got, want) && !(n == 2 && slices.Equal(got, []int{2, 3})) { // by symmetry
			t.Errorf("%d of them: %v, want %v", n, got, want)
		}
	}
}

func TestDominatedArea(t *testing.T) {
	if area := dominated([][]float64{{1, 3}, {2, 1}, {2.5, 2}, {1, 4}}, [2]float64{4, 5}); math.Abs(area-(3*2+2*2)) > 1e-12 {
		t.Errorf("area %g", area)
	}
	if corner := reference([][]float64{{0, -5}, {10, -5}}); corner != [2]float64{11, -4} {
		t.Errorf("corner %v", corner)
	}
}

// A density sums to 1, draws are distributed as it says, and a parameter that an observation
// does not set has the prior.
func TestDensity(t *testing.T) {
	s := space(within(1, 100, "log_uniform"), within(2, 5, "int"), framework.SweepParameter{Levels: 3})
	set := func(x, n float64, level int) []framework.Choice {
		return []framework.Choice{{Value: x}, {Value: n}, {Level: level}}
	}
	observed := [][]framework.Choice{set(3, 2, 1), set(4, 5, 1), set(50, 3, 2)}
	observed[2][1] = framework.Choice{Unset: true}
	d := newDensity(s, observed)
	sum, cells := 0.0, map[int]float64{} // by level and half of the range
	const parts = 400
	for i := range parts { // of the logarithm
		x := math.Exp(math.Log(100) * (float64(i) + 0.5) / parts)
		for n := 2.0; n <= 5; n++ {
			for level := range 3 {
				p := math.Exp(d.log(set(x, n, level))) * math.Log(100) / parts
				sum += p
				cells[level*100+int(n)*10+2*i/parts] += p
			}
		}
	}
	if math.Abs(sum-1) > 1e-3 {
		t.Errorf("the density sums to %g", sum)
	}
	random, counts := rand.New(rand.NewPCG(1, 2)), map[int]int{}
	const draws = 40_000
	for range draws {
		c := d.draw(random)
		half := 0
		if c[0].Value >= 10 {
			half = 1
		}
		counts[c[2].Level*100+int(c[1].Value)*10+half]++
	}
	for cell, p := range cells {
		if z := (float64(counts[cell]) - draws*p) / math.Sqrt(draws*p*(1-p)); math.Abs(z) > 4.5 {
			t.Errorf("cell %d: %d draws, expected %.0f", cell, counts[cell], draws*p)
		}
	}
}

// Old observations weigh less than the newest 25.
func TestWeights(t *testing.T) {
	if w := weights(28); len(w) != 28 || w[0] != 1.0/28 || math.Abs(w[1]-(1+1.0/28)/2) > 1e-12 || w[2] != 1 || w[27] != 1 {
		t.Errorf("%v", w)
	}
	for _, n := range []int{0, 1, 25, 26} {
		if w := weights(n); len(w) != n || n > 25 && w[0] != 1.0/26 {
			t.Errorf("%d: %v", n, w)
		}
	}
}

func TestOptions(t *testing.T) {
	if err := (Config{Startup: 1, Gamma: 0.5, Candidates: 10001, Objectives: 1}).Validate(); err == nil {
		t.Error("so many candidates cannot be interrupted")
	}
	const want = "startup: must be at least 1, not 0\ngamma: must be above 0 and below 1, not 1\ncandidates: must be 1 to 10000, not 0\nobjectives: must be 1 or 2, not 3"
	if err := (Config{0, 1, 0, 3}).Validate(); err == nil || err.Error() != want {
		t.Error(err)
	}
	if err := Defaults().Validate(); err != nil {
		t.Error(err)
	}
}
