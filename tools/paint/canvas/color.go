package canvas

import "math"

// Color is red, green and blue as a picture file holds them: encoded for
// viewing (sRGB), 0 to 1. Linear and Encode go to light and back.
type Color [3]float64

// Hex is a colour written as 0xRRGGBB.
func Hex(rgb uint32) Color {
	return Color{float64(rgb>>16&255) / 255, float64(rgb>>8&255) / 255, float64(rgb&255) / 255}
}

// Mix goes from c (t = 0) to d (t = 1).
func (c Color) Mix(d Color, t float64) Color {
	for i := range c {
		c[i] += (d[i] - c[i]) * t
	}
	return c
}

// Scale multiplies all three by k.
func (c Color) Scale(k float64) Color {
	return Color{c[0] * k, c[1] * k, c[2] * k}
}

// Add is the sum of two colours.
func (c Color) Add(d Color) Color {
	return Color{c[0] + d[0], c[1] + d[1], c[2] + d[2]}
}

// Times is the product of two colours, channel by channel.
func (c Color) Times(d Color) Color {
	return Color{c[0] * d[0], c[1] * d[1], c[2] * d[2]}
}

// Luma is the brightness that the eye gives to c: Rec. 709's weights.
func (c Color) Luma() float64 {
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

// Distance is the Euclidean distance of two colours.
func (c Color) Distance(d Color) float64 {
	r, g, b := c[0]-d[0], c[1]-d[1], c[2]-d[2]
	return math.Sqrt(r*r + g*g + b*b)
}

// Linear decodes sRGB to linear light.
func (c Color) Linear() Color {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

// Encode is the inverse of Linear. Light below zero becomes black.
func (c Color) Encode() Color {
	for i, v := range c {
		if v <= 0.0031308 {
			c[i] = max(0, v) * 12.92
		} else {
			c[i] = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
	}
	return c
}

// Shift moves c's lightness by dl, its chroma by the factor kc and its hue by
// dh radians, in OKLab (Ottosson, "A perceptual color space for image
// processing", 2020), where equal steps look equal.
func (c Color) Shift(dl, kc, dh float64) Color {
	lab := c.oklab()
	sin, cos := math.Sincos(dh)
	a, b := lab[1]*kc, lab[2]*kc
	return fromOklab(Color{lab[0] + dl, a*cos - b*sin, a*sin + b*cos})
}

func (c Color) oklab() Color {
	c = c.Linear()
	l := math.Cbrt(0.4122214708*c[0] + 0.5363325363*c[1] + 0.0514459929*c[2])
	m := math.Cbrt(0.2119034982*c[0] + 0.6806995451*c[1] + 0.1073969566*c[2])
	s := math.Cbrt(0.0883024619*c[0] + 0.2817188376*c[1] + 0.6299787005*c[2])
	return Color{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

func fromOklab(c Color) Color {
	l := c[0] + 0.3963377774*c[1] + 0.2158037573*c[2]
	m := c[0] - 0.1055613458*c[1] - 0.0638541728*c[2]
	s := c[0] - 0.0894841775*c[1] - 1.2914855480*c[2]
	l, m, s = l*l*l, m*m*m, s*s*s
	return Color{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}.Encode()
}

// A Ramp is a row of colours at equal steps from 0 to 1.
type Ramp []Color

// Colors is the ramp through colours written as 0xRRGGBB.
func Colors(rgb ...uint32) Ramp {
	r := make(Ramp, len(rgb))
	for i, c := range rgb {
		r[i] = Hex(c)
	}
	return r
}

// At is the ramp's colour at t; outside 0 to 1 it is the end's.
func (r Ramp) At(t float64) Color {
	t = Clamp(t) * float64(len(r)-1)
	i := min(int(t), len(r)-2)
	return r[i].Mix(r[i+1], t-float64(i))
}

// Clamp limits t to 0 to 1.
func Clamp(t float64) float64 { return max(0, min(1, t)) }

// Smooth rises from 0 at a to 1 at b without a corner; a > b makes it fall.
func Smooth(a, b, t float64) float64 {
	t = Clamp((t - a) / (b - a))
	return t * t * (3 - 2*t)
}
