package mountain

import (
	"math"

	"runexp/tools/paint/canvas"
)

// view is a camera that stands over the lake and looks along z; the picture is
// upright, so each of its columns is one vertical slice of the land.
type view struct {
	land  *terrain
	shade shade
	noise canvas.Noise

	eye     float64 // km above the lake
	focal   float64 // in picture heights
	horizon float64 // from the picture's top, in its heights
}

// slice draws one column of the land from near to far: the land rises into the
// picture, and only what rises above all before it is seen.
func (v *view) slice(image *canvas.Image, column int) {
	unit := float64(image.H)
	slope := ((float64(column)+0.5)/unit - float64(image.W)/unit/2) / v.focal
	row := func(z, h float64) float64 { return (v.horizon - v.focal*(h-v.eye)/z) * unit }
	const near, far, step = 0.25, size - 0.1, 0.0011
	seen := image.H // rows from here on are drawn
	z0 := near
	y0 := row(z0, v.surface(slope*z0, z0))
	for z := near; z < far; z *= 1 + step {
		h := v.surface(slope*z, z)
		y := row(z, h)
		for j := seen - 1; j >= 0 && float64(j)+0.5 > y; j-- {
			f := 1.0
			if y0 > y {
				f = canvas.Clamp((y0 - float64(j) - 0.5) / (y0 - y))
			}
			at := z0 + (z-z0)*f
			image.Pix[j*image.W+column] = v.color(slope*at, at, slope)
			seen = j
		}
		z0, y0 = z, y
	}
}

// surface is the land with what the grid is too coarse for: rock, and trees.
func (v *view) surface(x, z float64) float64 {
	h := v.land.height(x, z)
	if h < 0.002 {
		return 0
	}
	rough := canvas.Smooth(0.01, 0.5, h)
	h += 0.060 * rough * (v.noise.Ridged(6*x, 6*z, 5) - 0.5)
	if wood := v.wood(x, z, h); wood > 0 {
		h += v.tree(x, z) * wood
	}
	return max(0, h)
}

// wood is where trees stand, 0 to 1: up to the tree line, not where it is steep.
func (v *view) wood(x, z, h float64) float64 {
	line := 0.62 + 0.28*(v.noise+60).Fractal(1.6*x, 1.6*z, 3)
	patch := (v.noise+70).Fractal(2.6*x, 2.6*z, 3) + 0.25
	return canvas.Smooth(line+0.06, line-0.10, h) * canvas.Smooth(-0.05, 0.12, patch) * canvas.Smooth(0.004, 0.012, h)
}

// tree is a wood's roof: a cone at a random place of each cell of a lattice.
func (v *view) tree(x, z float64) float64 {
	const cell = 0.016
	u, w := x/cell, z/cell
	i, j := int(math.Floor(u)), int(math.Floor(w))
	top := 0.0
	for dj := -1; dj <= 1; dj++ {
		for di := -1; di <= 1; di++ {
			n := v.noise + 80
			cx := float64(i+di) + 0.2 + 0.6*n.Random(i+di, j+dj)
			cz := float64(j+dj) + 0.2 + 0.6*(n+1).Random(i+di, j+dj)
			tall := 0.014 + 0.018*(n+2).Random(i+di, j+dj)
			d := math.Hypot(u-cx, w-cz)
			top = max(top, tall*(1-d/0.62))
		}
	}
	return top
}

// color is the light that comes from a place of the land.
func (v *view) color(x, z, slope float64) canvas.Color {
	h := v.surface(x, z)
	e := 0.0022 + 0.0009*z
	normal := vec{v.surface(x-e, z) - v.surface(x+e, z), 2 * e, v.surface(x, z-e) - v.surface(x, z+e)}.unit()
	broad := 0.03 // the slope that snow and trees feel
	gx := (v.land.height(x+broad, z) - v.land.height(x-broad, z)) / (2 * broad)
	gz := (v.land.height(x, z+broad) - v.land.height(x, z-broad)) / (2 * broad)
	steep := math.Hypot(gx, gz)

	base := v.land.height(x, z)
	layers := (v.noise + 90).Fractal(1.5*x, 30*h+4*z, 3)
	albedo := canvas.Color{0.20, 0.175, 0.155}.Mix(canvas.Color{0.34, 0.30, 0.26}, canvas.Clamp(0.5+0.6*layers))
	grass := canvas.Color{0.17, 0.15, 0.055}.Mix(canvas.Color{0.09, 0.11, 0.035}, canvas.Clamp(0.5+v.noise.Fractal(5*x, 5*z, 3)))
	albedo = albedo.Mix(grass, canvas.Smooth(0.95, 0.6, steep)*canvas.Smooth(1.15, 0.75, h+0.2*layers))
	snowline := 1.02 + 0.22*(v.noise+95).Fractal(2.2*x, 2.2*z, 4) - 0.16*normal.z
	snow := canvas.Smooth(snowline-0.06, snowline+0.14, h) * canvas.Smooth(0.42, 0.62, normal.y+0.25*canvas.Smooth(1.2, 2.1, h))
	albedo = albedo.Mix(canvas.Color{0.86, 0.88, 0.92}, snow)
	if wood := v.wood(x, z, base); wood > 0 {
		kind := (v.noise + 99).Random(int(x/0.016), int(z/0.016))
		tree := canvas.Color{0.022, 0.040, 0.022}.Mix(canvas.Color{0.062, 0.074, 0.026}, kind)
		if kind > 0.86 { // a larch, yellow by now
			tree = canvas.Color{0.26, 0.155, 0.03}
		}
		albedo = albedo.Mix(tree, wood*(1-snow))
	}

	direct := max(0, normal.dot(sun)) * v.land.lookup(v.shade.sun, x, z)
	sky := (0.55 + 0.45*normal.y) * v.land.lookup(v.shade.sky, x, z)
	bounce := 0.10 * (1 - 0.5*normal.y)
	light := sunlight.Scale(direct).Add(skylight.Scale(sky)).Add(canvas.Color{0.5, 0.36, 0.26}.Scale(bounce))
	return haze(albedo.Times(light), z*math.Sqrt(1+slope*slope), h, slope)
}
