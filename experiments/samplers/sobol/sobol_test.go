package sobol

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"runexp/framework"
)

// The points without scrambling are those of SciPy, to the last digit.
func TestSequence(t *testing.T) {
	var golden struct {
		Points map[string][]uint32 `json:"points"`
	}
	data, err := os.ReadFile("testdata/scipy.json")
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	for index, want := range golden.Points {
		i, err := strconv.ParseUint(index, 10, 32)
		if err != nil || len(want) != len(directions)+1 {
			t.Fatalf("point %s: %v, %d dimensions", index, err, len(want))
		}
		for k, x := range want {
			if got := newMatrix(k).at(uint32(i)); got != x {
				t.Errorf("point %d, dimension %d: %d, want %d", i, k, got, x)
			}
		}
	}
}

// Scrambling keeps the nets: of 2^m points each interval of length 2^−m has one, in every
// dimension, and of the first two dimensions each elementary rectangle.
func TestScrambledNets(t *testing.T) {
	const m = 6
	for seed := range uint64(20) {
		for k := range len(directions) + 1 {
			seen := map[uint32]bool{}
			for i := range uint32(1 << m) {
				seen[scramble(newMatrix(k).at(i), seed, k)>>(digits-m)] = true
			}
			if len(seen) != 1<<m {
				t.Errorf("seed %d, dimension %d: %d of %d intervals have a point", seed, k, len(seen), 1<<m)
			}
		}
		for wide := range m + 1 {
			seen := map[[2]uint32]bool{}
			for i := range uint32(1 << m) {
				x, y := scramble(newMatrix(0).at(i), seed, 0), scramble(newMatrix(1).at(i), seed, 1)
				seen[[2]uint32{x >> (digits - wide), y >> (digits - m + wide)}] = true // >> 32 is 0
			}
			if len(seen) != 1<<m {
				t.Errorf("seed %d: %d of %d rectangles of 2^−%d by 2^−%d have a point", seed, len(seen), 1<<m, wide, m-wide)
			}
		}
	}
}

// Over seeds each point is uniform, those of two dimensions are independent, and so are the
// flips of digits: the correlations of 4000 seeds are below 4.5 deviations of chance.
func TestScramblingIsRandom(t *testing.T) {
	const seeds = 4000
	sum := map[string]float64{}
	for seed := range uint64(seeds) {
		x, y := scramble(0, seed, 0), scramble(0, seed, 1)
		for digit := range digits {
			sign := func(u uint32) float64 { return 1 - 2*float64(u>>digit&1) }
			sum["digit of x "+strconv.Itoa(digit)] += sign(x)
			sum["digit of y "+strconv.Itoa(digit)] += sign(y)
			sum["x and y "+strconv.Itoa(digit)] += sign(x) * sign(y)
			sum["neighbouring digits "+strconv.Itoa(digit)] += sign(x) * (1 - 2*float64(x>>((digit+1)%digits)&1))
			sum["branches of a digit "+strconv.Itoa(digit)] += sign(x) * sign(scramble(1<<31, seed, 0)) * map[bool]float64{true: 0, false: 1}[digit == 31]
		}
	}
	for name, s := range sum {
		if z := math.Abs(s) / math.Sqrt(seeds); z > 4.5 {
			t.Errorf("%s: %.1f deviations", name, z)
		}
	}
}

// The settings are more even than random ones: eight draws from eight levels take each once.
func TestEven(t *testing.T) {
	space := framework.SweepSpace{Blocks: 1, Cap: 8, Seed: 3, MaxPoints: 100, Parameters: []framework.SweepParameter{
		{Name: "a", Range: framework.SweepRange{Min: 0, Max: 8, Distribution: "uniform"}}, {Name: "b", Levels: 8},
	}}
	points, err := Sampler{}.Sample(space, func([]framework.Choice, int) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	numbers, levels := map[int]bool{}, map[int]bool{}
	for _, p := range points {
		numbers[int(p.Setting[0].Value)], levels[p.Setting[1].Level] = true, true
	}
	if len(numbers) != 8 || len(levels) != 8 {
		t.Errorf("%d of 8 intervals and %d of 8 levels in %v", len(numbers), len(levels), points)
	}
}

func TestTooManyParameters(t *testing.T) {
	space := framework.SweepSpace{Blocks: 1, Cap: 1, MaxPoints: 100, Parameters: make([]framework.SweepParameter, len(directions)+2)}
	_, err := Sampler{}.Sample(space, func([]framework.Choice, int) bool { return false })
	if err == nil || err.Error() != "method: sobol varies at most 64 parameters, not 65; use random" {
		t.Error(err)
	}
}
