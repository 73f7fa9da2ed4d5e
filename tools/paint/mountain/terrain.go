package mountain

import (
	"math"

	"runexp/tools/paint/canvas"
)

// terrain is a square of land as heights on a grid. All lengths are in km; the
// lake lies at height 0.
type terrain struct {
	n    int // grid points a side
	size float64
	h    []float64 // row by row away from the viewer
	lake []bool
}

// Land is size × size km, the viewer in the middle of its front side.
const size = 12.0

// highest is the main summit's height above the lake.
const highest = 2.15

// newTerrain raises the land and lets water carve it: first on a coarse grid, for
// the valleys, then on one of n points a side.
func newTerrain(n int, seed uint64) *terrain {
	noise := canvas.Noise(seed)
	coarse := &terrain{n: n / 2, size: size}
	coarse.h = make([]float64, coarse.n*coarse.n)
	coarse.carve(noise, 60)
	t := &terrain{n: n, size: size, h: make([]float64, n*n)}
	for j := range n {
		for i := range n {
			t.h[j*n+i] = coarse.height(t.place(i, j))
		}
	}
	t.carve(noise, 14)
	top := 0.0
	for _, h := range t.h {
		top = max(top, h)
	}
	for i := range t.h {
		t.h[i] *= highest / top
	}
	return t
}

// place is a grid point's position: x to the right, z away from the viewer.
func (t *terrain) place(i, j int) (x, z float64) {
	cell := t.size / float64(t.n-1)
	return float64(i)*cell - t.size/2, float64(j) * cell
}

// height is the land's height anywhere, bilinear.
func (t *terrain) height(x, z float64) float64 {
	return t.lookup(t.h, x, z)
}

func (t *terrain) lookup(grid []float64, x, z float64) float64 {
	scale := float64(t.n-1) / t.size
	u := max(0, min(float64(t.n)-1.001, (x+t.size/2)*scale))
	v := max(0, min(float64(t.n)-1.001, z*scale))
	i, j := int(u), int(v)
	fu, fv := u-float64(i), v-float64(j)
	at := j*t.n + i
	near := grid[at] + (grid[at+1]-grid[at])*fu
	far := grid[at+t.n] + (grid[at+t.n+1]-grid[at+t.n])*fu
	return near + (far-near)*fv
}

// isLake reports whether a place is water.
func isLake(noise canvas.Noise, x, z float64) bool {
	x += 0.28*noise.Fractal(0.9*x, 0.9*z, 3) - 0.12*z
	half := 1.9 - 0.42*z // the lake narrows away from the viewer
	return z < 3.5 && math.Abs(x) < half
}

// uplift is how fast the land rises, at most about 1: a summit, its neighbours,
// and two flanks that frame the lake.
func uplift(noise canvas.Noise, x, z float64) float64 {
	bump := func(cx, cz, rx, rz, height float64) float64 {
		u, v := (x-cx)/rx, (z-cz)/rz
		return height * canvas.Exp(-(u*u + v*v))
	}
	sum := bump(0.75, 6.6, 1.0, 1.0, 1.0) + bump(1.9, 7.2, 1.0, 0.9, 0.55) +
		bump(-2.3, 8.6, 1.3, 1.2, 0.80) + bump(-0.6, 9.6, 1.5, 1.0, 0.55) + bump(3.9, 9.2, 1.3, 1.3, 0.75) +
		bump(-3.3, 5.0, 1.0, 1.9, 0.55) + bump(3.2, 4.6, 0.9, 1.7, 0.50)
	return max(0.03, sum*(1+0.55*noise.Fractal(0.9*x+5, 0.9*z, 4)))
}
