package mountain

import (
	"math"
	"math/rand/v2"

	"runexp/tools/paint/canvas"
)

// front is what stands near the viewer, drawn into the picture as light: a bank
// on the left with firs, their left sides in the sun.
type front struct {
	image  *canvas.Image
	noise  canvas.Noise
	random *rand.Rand
}

// edge is the bank's upper edge; places are in picture heights from here on.
func (f *front) edge(x float64) float64 {
	return 0.845 + 0.30*math.Pow(max(0, x), 1.5) + 0.012*f.noise.Fractal(9*x, 0.5, 4)
}

func (f *front) draw() {
	f.ground()
	f.rocks()
	for _, t := range []struct{ x, height float64 }{
		{0.33, 0.22}, {0.245, 0.36}, {0.02, 0.52}, {0.165, 0.56}, {0.085, 0.72},
	} {
		f.fir(t.x, f.edge(t.x)+0.02, t.height)
	}
	f.grass()
}

// ground is the bank: dark earth with grass on it, and its image in the water.
func (f *front) ground() {
	wide := float64(f.image.W) / float64(f.image.H)
	f.each(func(x, y float64, c canvas.Color) canvas.Color {
		below := y - f.edge(x)
		if below < 0 {
			return c
		}
		tone := 0.5 + 0.5*f.noise.Fractal(26*x, 40*y, 4)
		sun := canvas.Smooth(0.12, 0, below) * canvas.Smooth(wide, 0, x)
		earth := canvas.Color{0.030, 0.026, 0.014}.Mix(canvas.Color{0.14, 0.105, 0.035}, canvas.Clamp(tone))
		return earth.Scale(0.6 + 1.6*sun)
	})
}

// rocks lie in the shallow water before the bank: flattened discs, lit from the
// left, with a dark foot.
func (f *front) rocks() {
	for range 46 {
		x := 0.16 + 0.50*math.Pow(f.random.Float64(), 1.3)
		y := f.edge(x) - 0.004 + 0.035*f.random.NormFloat64()*0.6
		r := 0.006 + 0.017*math.Pow(f.random.Float64(), 2)
		noise := canvas.Noise(f.random.Uint64())
		f.each(func(px, py float64, c canvas.Color) canvas.Color {
			u, v := (px-x)/r, (py-y)/(0.62*r)
			if u < -2 || u > 2 || v < -2 || v > 2 {
				return c
			}
			d := math.Hypot(u, v) + 0.25*noise.Fractal(1.4*u, 1.4*v, 3)
			if v > 0.45 { // flat where it meets the water
				d += 2 * (v - 0.45)
			}
			light := canvas.Clamp(0.42 - 0.45*u - 0.55*v + 0.5*noise.Fractal(3*u, 3*v, 3))
			stone := canvas.Color{0.028, 0.032, 0.045}.Mix(canvas.Color{0.62, 0.44, 0.29}, light*light)
			return c.Mix(stone, canvas.Smooth(1, 0.88, d))
		})
	}
}

// grass is blades along the bank, the tall ones in the sun.
func (f *front) grass() {
	for range 2600 {
		x := -0.02 + 0.72*f.random.Float64()
		y := f.edge(x) + 0.20*math.Pow(f.random.Float64(), 1.5)
		tall := (0.012 + 0.030*f.random.Float64()) * (0.6 + 2*(y-0.8))
		lean := -0.25 + 0.5*f.random.Float64()
		gold := f.random.Float64() * canvas.Smooth(0.14, 0, y-f.edge(x))
		c := canvas.Color{0.030, 0.032, 0.012}.Mix(canvas.Color{0.62, 0.40, 0.12}, gold*gold)
		f.hair(canvas.Pt(x, y), canvas.Pt(x+lean*tall, y-tall), 0.0014, c)
	}
}

// fir is a conifer: whorls of drooping branches, those behind first and darker,
// needles hanging from each.
func (f *front) fir(x, foot, height float64) {
	top := foot - height
	f.hair(canvas.Pt(x, foot), canvas.Pt(x, top), 0.006*height/0.4, canvas.Color{0.014, 0.012, 0.010})
	lean := 0.01 * f.random.NormFloat64()
	for _, side := range []float64{-1, 1} { // behind the trunk, before it
		for t := 0.015; t < 0.93; t += 0.011 {
			for range 3 {
				azimuth := math.Pi * f.random.Float64()
				reach := 0.20 * height * math.Pow(t, 0.85) * (0.55 + 0.6*f.random.Float64())
				across, ahead := math.Cos(azimuth)*reach, side*math.Sin(azimuth)
				f.branch(canvas.Pt(x+lean*t, top+height*t), across, reach, ahead, height)
			}
		}
	}
}

func (f *front) branch(at canvas.Point, across, reach, ahead, height float64) {
	n := int(reach/0.0026) + 2
	droop := 0.25 + 0.25*f.random.Float64()
	for k := range n {
		s := float64(k) / float64(n)
		p := canvas.Pt(at.X+across*s, at.Y+reach*(droop*s*s+0.10*s+0.10*max(0, ahead)*s))
		lit := canvas.Clamp(-across/reach*0.75+0.30*ahead+0.10) * canvas.Smooth(0.25, 1, s)
		lit *= 0.4 + 0.9*f.random.Float64()
		c := canvas.Color{0.0055, 0.0085, 0.0075}.Mix(canvas.Color{0.19, 0.165, 0.050}, lit)
		hang := 0.020 * height * (0.5 + f.random.Float64()) * (1.1 - 0.6*s)
		f.hair(p, p.Add(canvas.Pt(0.5*hang*across/reach+0.003*f.random.NormFloat64(), hang)), 0.0019, c)
	}
}

// each changes every pixel.
func (f *front) each(change func(x, y float64, c canvas.Color) canvas.Color) {
	unit := float64(f.image.H)
	for j := range f.image.H {
		for i := range f.image.W {
			at := j*f.image.W + i
			f.image.Pix[at] = change((float64(i)+0.5)/unit, (float64(j)+0.5)/unit, f.image.Pix[at])
		}
	}
}

// hair is a line from a to b that tapers to a point, with smooth edges.
func (f *front) hair(a, b canvas.Point, width float64, c canvas.Color) {
	unit := float64(f.image.H)
	a, b, r := a.Scale(unit), b.Scale(unit), width*unit/2
	way := b.Sub(a)
	length := max(1e-9, way.Dot(way))
	for j := max(0, int(min(a.Y, b.Y)-r-1)); j <= min(f.image.H-1, int(max(a.Y, b.Y)+r+1)); j++ {
		for i := max(0, int(min(a.X, b.X)-r-1)); i <= min(f.image.W-1, int(max(a.X, b.X)+r+1)); i++ {
			to := canvas.Pt(float64(i)+0.5, float64(j)+0.5).Sub(a)
			t := canvas.Clamp(to.Dot(way) / length)
			d := to.Sub(way.Scale(t)).Len()
			cover := canvas.Clamp(r*(1-0.8*t) + 0.5 - d)
			at := j*f.image.W + i
			f.image.Pix[at] = f.image.Pix[at].Mix(c, cover)
		}
	}
}
