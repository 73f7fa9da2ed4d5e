package compute

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
)

func matMulTrials() (all []trial) {
	for _, s := range [][3]int{
		{1, 1, 1}, {1, 5, 40}, {7, 3, 1}, {12, 16, 32}, {13, 17, 33}, {25, 300, 48}, {5, 1030, 16}, {250, 64, 70}, {61, 513, 65},
	} {
		for flags := range 4 {
			aT, bT := flags&1 != 0, flags&2 != 0
			all = append(all, trial{fmt.Sprintf("MatMul %v aT=%v bT=%v", s, aT, bT), 4e-6,
				func(t *testing.T, k Kernels[float32]) outcome { return runMatMul(t, k, s, aT, bT) },
				func(t *testing.T, k Kernels[float64]) outcome { return runMatMul(t, k, s, aT, bT) }})
		}
	}
	return all
}

func runMatMul[T Float](t *testing.T, k Kernels[T], s [3]int, aT, bT bool) (o outcome) {
	d := newFixture[T](t)
	defer d.close()
	dst := d.out(s[0] * s[2])
	k.MatMul(dst, d.normal(s[0]*s[1]), d.normal(s[1]*s[2]), s[0], s[1], s[2], aT, bT)
	o.add(widened(dst)...)
	return o
}

func TestPlainMatMulByHand(t *testing.T) {
	a, aT := []float64{1, 2, 3, 4, 5, 6}, []float64{1, 4, 2, 5, 3, 6} // [2, 3] and its transpose
	b, bT := []float64{1, 0, 0, 10, 1, 100}, []float64{1, 0, 1, 0, 10, 100}
	want := []float64{4, 320, 10, 650}
	for i, got := range [4][]float64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}} {
		left, right := a, b
		if i&1 != 0 {
			left = aT
		}
		if i&2 != 0 {
			right = bT
		}
		Plain[float64]{}.MatMul(got, left, right, 2, 3, 2, i&1 != 0, i&2 != 0)
		if !slices.Equal(got, want) {
			t.Errorf("flags %b: %v, want %v", i, got, want)
		}
	}
}

// Every element is visited once, in ranges that do not depend on the number of threads.
func TestParallel(t *testing.T) {
	kernels := []Kernels[float32]{Plain[float32]{}}
	for _, threads := range []int{1, 3} {
		for _, e := range engines(t, threads) {
			kernels = append(kernels, e)
		}
	}
	for _, k := range kernels {
		seen, ranges := make([]int32, 103), atomic.Int32{}
		k.Parallel(len(seen), 10, func(from, to int) {
			ranges.Add(1)
			if from%10 != 0 || to != min(from+10, 103) {
				t.Errorf("%T: range %d to %d", k, from, to)
			}
			for i := from; i < to; i++ {
				seen[i]++
			}
		})
		if ranges.Load() != 11 || slices.Min(seen) != 1 || slices.Max(seen) != 1 {
			t.Errorf("%T: %d ranges, elements visited %v times", k, ranges.Load(), seen)
		}
		k.Parallel(0, 10, func(int, int) { t.Errorf("%T: a task for an empty range", k) })
	}
}

// BenchmarkMatMul measures all cosines between the features of relu3_1, and the gradient of
// one side; BenchmarkGram's conv3_1 has as many products per number read.
func BenchmarkMatMul(b *testing.B) {
	eachEngine(b, func(b *testing.B, e *Engine, h, w int) {
		n, c := (h+3)/4*((w+3)/4), 256 // 38×57 at 150×225
		if h > 300 {
			b.Skip("the matrix would take more than 5 GB")
		}
		d := newFixture[float32](nil)
		x, y, all, dX := d.normal(n*c), d.normal(n*c), Aligned[float32](n*n), Aligned[float32](n*c)
		flops := func(b *testing.B, run func()) {
			run() // workspaces
			for b.Loop() {
				run()
			}
			b.ReportMetric(2*float64(n)*float64(n)*float64(c)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		}
		b.Run("forward", func(b *testing.B) { flops(b, func() { e.MatMul(all, x, y, n, c, n, false, true) }) })
		b.Run("left", func(b *testing.B) { flops(b, func() { e.MatMul(dX, all, y, n, n, c, false, false) }) })
		b.Run("right", func(b *testing.B) { flops(b, func() { e.MatMul(dX, all, x, n, n, c, true, false) }) })
	})
}
