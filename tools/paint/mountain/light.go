package mountain

import (
	"math"

	"runexp/tools/paint/canvas"
)

// vec is a direction in the land: right, up, away from the viewer.
type vec struct{ x, y, z float64 }

func (v vec) dot(w vec) float64 { return v.x*w.x + v.y*w.y + v.z*w.z }

func (v vec) unit() vec {
	l := math.Sqrt(v.dot(v))
	return vec{v.x / l, v.y / l, v.z / l}
}

// The evening's light, linear. The sun is low on the left, a little behind the
// viewer.
var (
	sun      = vec{-0.80, 0.30, -0.42}.unit()
	sunlight = canvas.Color{3.75, 1.95, 0.88}
	skylight = canvas.Color{0.25, 0.37, 0.68}
)

// shade holds for each grid point how much of the sun and of the sky it sees.
type shade struct{ sun, sky []float64 }

// newShade walks from each point towards the sun until the ray is above all
// land. How closely the ray passes the land gives the shadow a soft edge. The
// share of the sky is taken from the horizon in eight directions.
func newShade(t *terrain) shade {
	s := shade{make([]float64, t.n*t.n), make([]float64, t.n*t.n)}
	cell := t.size / float64(t.n-1)
	flat := math.Hypot(sun.x, sun.z)
	dx, dz, rise := sun.x/flat*cell, sun.z/flat*cell, sun.y/flat*cell
	for j := range t.n {
		for i := range t.n {
			x, z := t.place(i, j)
			at := j*t.n + i
			lit := 1.0
			for k := 1.0; lit > 0; k++ {
				ray := t.h[at] + k*rise
				if ray > highest || math.Abs(x+k*dx) > t.size/2 || z+k*dz < 0 || z+k*dz > t.size {
					break
				}
				gap := ray - t.height(x+k*dx, z+k*dz)
				lit = min(lit, 0.5+gap/(0.045*k*cell+0.012))
			}
			s.sun[at] = canvas.Smooth(0, 1, lit)
			open := 0.0
			for d := range 8 {
				way := canvas.Direction(float64(d) * math.Pi / 4)
				horizon := 0.0
				for _, r := range []float64{1.5, 4, 9, 18} {
					l := r * cell
					horizon = max(horizon, (t.height(x+l*way.X, z+l*way.Y)-t.h[at])/l)
				}
				open += 1 / math.Sqrt(1+horizon*horizon)
			}
			s.sky[at] = open / 8
		}
	}
	return s
}

// haze is air between a place and the viewer: it takes light away and adds its
// own, bluer to the right and warmer towards the sun; more of it lies in the
// valley.
func haze(c canvas.Color, distance, height, right float64) canvas.Color {
	const density = 0.033 // per km at the lake
	const scale = 1.1     // km of height in which it falls by e
	mean := density * (1 - canvas.Exp(-height/scale)) / max(1e-3, height/scale)
	if height < 1e-3 {
		mean = density
	}
	gone := 1 - canvas.Exp(-mean*distance)
	air := canvas.Color{0.34, 0.45, 0.72}.Mix(canvas.Color{0.98, 0.66, 0.46}, canvas.Smooth(0.5, -0.6, right)*0.75)
	return c.Mix(air, gone)
}

// develop turns light into a picture's colours: the film curve of Narkowicz, "ACES
// filmic tone mapping curve" (2015), and a little contrast as a print has it.
func develop(c canvas.Color, exposure float64) canvas.Color {
	for i, v := range c {
		v = max(0, v*exposure)
		c[i] = canvas.Clamp(v * (2.51*v + 0.03) / (v*(2.43*v+0.59) + 0.14))
	}
	c = c.Encode()
	for i, v := range c {
		c[i] += 0.40 * (v*v*(3-2*v) - v)
	}
	return c
}
