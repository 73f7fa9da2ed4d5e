package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"

	"runexp/framework/imaging"
)

// drawn returns a picture of 96×128 pixels, the pixel at (y, x) given by f.
func drawn(f func(y, x float64) [3]float64) *imaging.Image {
	m := imaging.New(96, 128)
	for i := range m.H * m.W {
		for c, v := range f(float64(i/m.W), float64(i%m.W)) {
			m.Pix[i*3+c] = float32(v)
		}
	}
	return m
}

// landscape is hills under a sky with a sun: muted colours, away from 0 and 1.
func landscape() *imaging.Image {
	return drawn(func(y, x float64) [3]float64 {
		fine := 0.03 * math.Sin(1.7*x+0.3*y) * math.Cos(1.1*y)
		switch {
		case y > 60+8*math.Sin(x/11)+4*math.Sin(x/5):
			return [3]float64{0.42 + fine, 0.50 + fine + y/800, 0.38 + fine}
		case math.Hypot(y-25, x-90) < 12:
			return [3]float64{0.66, 0.62, 0.52}
		}
		return [3]float64{0.48 - y/600, 0.52 - y/900 + fine/3, 0.60}
	})
}

// brushwork is diagonal strokes in strong colours.
func brushwork() *imaging.Image {
	return drawn(func(y, x float64) [3]float64 {
		stroke := math.Sin((x+2*y)/4 + 3*math.Sin(y/17))
		return [3]float64{0.5 + 0.4*stroke, 0.35 + 0.2*math.Cos(x/9), 0.3 + 0.25*stroke*math.Sin(y/6)}
	})
}

func grey() *imaging.Image {
	return drawn(func(_, _ float64) [3]float64 { return [3]float64{0.5, 0.5, 0.5} })
}

// mapped returns m with f applied to every pixel.
func mapped(m *imaging.Image, f func(u []float32)) *imaging.Image {
	out := &imaging.Image{H: m.H, W: m.W, Pix: slices.Clone(m.Pix)}
	for i := 0; i < len(out.Pix); i += 3 {
		f(out.Pix[i : i+3])
	}
	return out
}

// noisy adds white noise of the given standard deviation, in levels.
func noisy(m *imaging.Image, sigma float64) *imaging.Image {
	random := rand.New(rand.NewPCG(1, 2))
	return mapped(m, func(u []float32) {
		for c := range u {
			u[c] += float32(sigma / 255 * random.NormFloat64())
		}
	})
}

// blurred halves the size and doubles it again, several times.
func blurred(m *imaging.Image) *imaging.Image {
	return m.Resize(m.H/3, m.W/3).Resize(m.H, m.W)
}

// rotated turns the hue by 120° and keeps the luma: red takes blue's difference from the
// luma, blue the negative of red's, and green follows from the luma.
func rotated(m *imaging.Image) *imaging.Image {
	return mapped(m, func(u []float32) {
		luma := 0.299*u[0] + 0.587*u[1] + 0.114*u[2]
		r, b := luma+(u[2]-luma), luma-(u[0]-luma)
		u[0], u[1], u[2] = r, (luma-0.299*r-0.114*b)/0.587, b
	})
}

func mirrored(m *imaging.Image) *imaging.Image {
	out := imaging.New(m.H, m.W)
	for i := range m.H * m.W {
		copy(out.Pix[i*3:][:3], m.Pix[(i/m.W*m.W+m.W-1-i%m.W)*3:])
	}
	return out
}

// blend returns (1 − share)·a + share·b.
func blend(a, b *imaging.Image, share float32) *imaging.Image {
	out := imaging.New(a.H, a.W)
	for i := range out.Pix {
		out.Pix[i] = (1-share)*a.Pix[i] + share*b.Pix[i]
	}
	return out
}
