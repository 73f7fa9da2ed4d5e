package compute

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// A trial is one call of a kernel on fixed random data, for any implementation. The data is
// exact in float32, so that both precisions get the same.
type trial struct {
	name      string
	tolerance float64 // |Δ| ≤ tolerance · rms, float32 against Plain[float64]
	single    func(t *testing.T, k Kernels[float32]) outcome
	double    func(t *testing.T, k Kernels[float64]) outcome
}

// An outcome is a kernel's output.
type outcome struct {
	values []float64
	bits   []uint64 // masks and positions
}

func (o *outcome) add(values ...float64) { o.values = append(o.values, values...) }

// A fixture provides random numbers and guarded buffers for one run of a trial.
type fixture[T Float] struct {
	t      *testing.T
	random *rand.Rand
	guards []func() error
}

func newFixture[T Float](t *testing.T) *fixture[T] {
	return &fixture[T]{t: t, random: rand.New(rand.NewPCG(1, 2))}
}

const guardWords = 19 // odd, so that the buffer is not aligned

// buffer returns n elements, all NaN, between guards that close checks.
func buffer[E any](guards *[]func() error, n int, fill, guard E, same func(a, b E) bool) []E {
	whole := make([]E, n+2*guardWords)
	for i := range whole {
		whole[i] = guard
	}
	inner := whole[guardWords : guardWords+n : guardWords+n]
	for i := range inner {
		inner[i] = fill
	}
	*guards = append(*guards, func() error {
		for i := range guardWords {
			if !same(whole[i], guard) || !same(whole[guardWords+n+i], guard) {
				return fmt.Errorf("a kernel wrote outside its buffer of %d elements", n)
			}
		}
		return nil
	})
	return inner
}

func (d *fixture[T]) out(n int) []T {
	return buffer(&d.guards, n, T(math.NaN()), T(-12345), func(a, b T) bool { return a == b })
}

func (d *fixture[T]) mask(n int) []uint64 {
	return buffer(&d.guards, MaskLen(n), 0x5555555555555555, 0xdeadbeefdeadbeef, func(a, b uint64) bool { return a == b })
}

func (d *fixture[T]) bytes(n int) []uint8 {
	return buffer(&d.guards, n, 0xee, 0xab, func(a, b uint8) bool { return a == b })
}

// normal returns n random numbers that are exact in float32.
func (d *fixture[T]) normal(n int) []T {
	s := d.out(n)
	for i := range s {
		s[i] = T(float32(d.random.NormFloat64()))
	}
	return s
}

// coin returns a mask of n random bits.
func (d *fixture[T]) coin(n int) []uint64 {
	mask := d.mask(n)
	clear(mask)
	for i := range n {
		mask[i/64] |= uint64(d.random.IntN(2)) << (i % 64)
	}
	return mask
}

// filter returns f with random numbers scaled to give outputs near 1.
func (d *fixture[T]) filter(f *Filter) *Filter {
	scale := 1 / math.Sqrt(float64(f.In*f.KH*f.KW))
	for range f.Out * f.In * f.KH * f.KW {
		f.Kernel = append(f.Kernel, float32(scale*d.random.NormFloat64()))
	}
	for range f.Out {
		f.Bias = append(f.Bias, float32(0.1*d.random.NormFloat64()))
	}
	return f
}

func (d *fixture[T]) close() {
	for _, guard := range d.guards {
		if err := guard(); err != nil {
			d.t.Error(err)
		}
	}
}

func widened[T Float](s []T) []float64 {
	wide := make([]float64, len(s))
	for i, v := range s {
		wide[i] = float64(v)
	}
	return wide
}

// rms is the unit of errors.
func rms(s []float64) float64 {
	sum := 0.0
	for _, v := range s {
		sum += v * v
	}
	return math.Sqrt(sum / float64(max(len(s), 1)))
}

// worst returns the largest |got − want| in units of want's rms.
func worst(got, want []float64) float64 {
	largest, unit := 0.0, max(rms(want), 1e-30)
	for i := range want {
		if d := math.Abs(got[i]-want[i]) / unit; !(d <= largest) { // NaN counts as the largest
			largest = d
		}
	}
	return largest
}

// engines returns one Engine for each tested variant.
func engines(t testing.TB, threads int) []*Engine {
	var all []*Engine
	for _, isa := range testedVariants() {
		e, err := NewEngine(Options{Threads: threads, ISA: isa})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(e.Close)
		all = append(all, e)
	}
	return all
}

// testedVariants is those in RUNEXP_ISA, or all of this machine's. The race detector,
// which does not see C, runs with RUNEXP_ISA=generic.
func testedVariants() []string {
	if isa := os.Getenv("RUNEXP_ISA"); isa != "" {
		return strings.Split(isa, ",")
	}
	return Variants()
}
