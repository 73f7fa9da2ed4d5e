package mountain

import (
	"math"

	"runexp/tools/paint/canvas"
)

// sky is the light from a direction: slope to the right and rise upwards, both
// over the distance ahead.
func (v *view) sky(slope, rise float64) canvas.Color {
	up := rise / math.Sqrt(1+slope*slope+rise*rise)
	warm := canvas.Smooth(0.9, -0.7, slope)
	low := canvas.Color{0.92, 0.64, 0.50}.Mix(canvas.Color{1.30, 0.74, 0.36}, warm)
	middle := canvas.Color{0.33, 0.45, 0.70}.Mix(canvas.Color{0.52, 0.54, 0.68}, warm)
	high := canvas.Color{0.060, 0.135, 0.34}
	c := low.Mix(middle, canvas.Smooth(-0.02, 0.20, up)).Mix(high, canvas.Smooth(0.08, 0.48, up))

	// Clouds lie in a sheet: what is low over the horizon is far away.
	reach := 1 / (up + 0.10)
	x, z := slope*reach*0.55, reach*0.85
	bend := (v.noise + 41).Fractal(0.7*x, 0.7*z, 3)
	thick := func(x, z float64) float64 {
		return (v.noise+42).Fractal(0.75*x+0.5*bend, 1.5*z+0.5*bend, 6) + 0.30*(v.noise+48).Fractal(0.35*x, 0.5*z, 2) - 0.04
	}
	d := thick(x, z)
	cover := canvas.Smooth(0.0, 0.55, d) * canvas.Smooth(0.02, 0.16, up)
	towards := d - thick(x-0.16, z-0.05) // thinner towards the sun: lit
	lit := canvas.Smooth(-0.32, 0.38, towards-0.35*d+0.1)
	cloud := canvas.Color{0.30, 0.27, 0.40}.Mix(canvas.Color{1.90, 1.00, 0.56}, lit)
	return c.Mix(cloud, 0.88*cover)
}

// water is the lake at the picture's place (x, y), below the shore: what stands
// above it upside down, a little of its own green, and the wind in patches.
func (v *view) water(above *canvas.Image, x, y float64) canvas.Color {
	unit := float64(above.H)
	depth := y - v.horizon
	z := v.focal * v.eye / depth
	slope := (x - float64(above.W)/unit/2) / v.focal
	wx, wz := slope*z, z
	fine := v.noise + 51
	wave := fine.Fractal(90*wx, 34*wz, 3)
	swell := (fine + 7).Fractal(16*wx, 7*wz, 2)
	tilt := 0.65*wave + 0.12*swell // shifts the image by a share of the distance from the shore
	wind := canvas.Smooth(0.05, 0.4, (fine+9).Fractal(1.2*wx+2, 5*wz, 3))
	amount := 0.012 + 0.11*depth + 0.05*wind
	c := above.Sample((x+0.25*amount*tilt)*unit, (v.horizon-depth*1.02-amount*math.Abs(tilt))*unit)
	c = c.Mix(v.sky(slope, 0.30+0.3*wave), 0.35*wind)
	cosine := depth / math.Sqrt(depth*depth+v.focal*v.focal*(1+slope*slope))
	mirror := 0.22 + 0.78*math.Pow(1-cosine, 5) // more than Fresnel's 0.02, for a calm evening
	own := canvas.Color{0.020, 0.055, 0.065}
	return own.Mix(c, mirror*0.92)
}
