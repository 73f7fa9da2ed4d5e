package recolor

import "math"

// toXYZ returns CIE XYZ of linear sRGB (IEC 61966-2-1), divided by that of white, D65.
func toXYZ(l vector) vector {
	return vector{
		(0.4124564*l[0] + 0.3575761*l[1] + 0.1804375*l[2]) / whiteX,
		0.2126729*l[0] + 0.7151522*l[1] + 0.0721750*l[2],
		(0.0193339*l[0] + 0.1191920*l[1] + 0.9503041*l[2]) / whiteZ,
	}
}

// fromXYZ is the inverse of toXYZ, to 1e-7.
func fromXYZ(v vector) vector {
	x, y, z := v[0]*whiteX, v[1], v[2]*whiteZ
	return vector{
		3.2404542*x - 1.5371385*y - 0.4985314*z,
		-0.9692660*x + 1.8760108*y + 0.0415560*z,
		0.0556434*x - 0.2040259*y + 1.0572252*z,
	}
}

// The sums of toXYZ's rows before their division; Y's is 1.
const (
	whiteX = 0.4124564 + 0.3575761 + 0.1804375
	whiteZ = 0.0193339 + 0.1191920 + 0.9503041
)

// bend is where the cube root of Lab becomes a line, (6/29)³.
const bend = 216.0 / 24389

// labOf returns L*a*b* of a stored sRGB colour:
//
//	L* = 116 f(Y) − 16    a* = 500 (f(X) − f(Y))    b* = 200 (f(Y) − f(Z))
//
// where f(t) = ∛t above bend, and the line (24389/27·t + 16)/116 below, which continues
// to negative values: f is invertible everywhere.
func labOf(rgb vector) vector {
	for c, v := range rgb {
		rgb[c] = linear(v)
	}
	f := toXYZ(rgb)
	for i, t := range f {
		if t > bend {
			f[i] = math.Cbrt(t)
		} else {
			f[i] = (24389.0/27*t + 16) / 116
		}
	}
	return vector{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

// rgbOf is the inverse of labOf.
func rgbOf(lab vector) vector {
	y := (lab[0] + 16) / 116
	f := vector{y + lab[1]/500, y, y - lab[2]/200}
	for i, v := range f {
		if v > 6.0/29 {
			f[i] = v * v * v
		} else {
			f[i] = (116*v - 16) * 27 / 24389
		}
	}
	rgb := fromXYZ(f)
	for c, v := range rgb {
		rgb[c] = stored(v)
	}
	return rgb
}

// linear returns the light of a stored sRGB value; a line near 0 and below.
func linear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// stored is the inverse of linear.
func stored(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return 1.055*math.Pow(v, 1/2.4) - 0.055
}
