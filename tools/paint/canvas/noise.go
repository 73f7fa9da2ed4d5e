package canvas

import "math"

// Noise is gradient noise (Perlin, "Improving noise", SIGGRAPH 2002) with a hashed
// lattice instead of a table, so it never repeats. The value is its seed.
type Noise uint64

// Hash is 64 well-mixed bits for a lattice point: SplitMix64's finaliser
// (Steele, Lea and Flood 2014).
func (n Noise) Hash(x, y int) uint64 {
	h := uint64(n)*0x9e3779b97f4a7c15 ^ uint64(x)*0xbf58476d1ce4e5b9 ^ uint64(y)*0x94d049bb133111eb
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// Random is a number in 0 to 1 that belongs to a lattice point.
func (n Noise) Random(x, y int) float64 {
	return float64(n.Hash(x, y)>>11) / (1 << 53)
}

// At is the noise at a place: about −0.7 to 0.7, zero on the lattice, one
// feature a unit.
func (n Noise) At(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	i, j := int(fx), int(fy)
	u, v := x-fx, y-fy
	su, sv := fade(u), fade(v)
	top := lerp(n.slope(i, j, u, v), n.slope(i+1, j, u-1, v), su)
	bottom := lerp(n.slope(i, j+1, u, v-1), n.slope(i+1, j+1, u-1, v-1), su)
	return lerp(top, bottom, sv)
}

// slope is the lattice point's gradient, one of eight, times the way (u, v) from it.
func (n Noise) slope(i, j int, u, v float64) float64 {
	const d = math.Sqrt2 / 2
	switch n.Hash(i, j) >> 61 {
	case 0:
		return u
	case 1:
		return -u
	case 2:
		return v
	case 3:
		return -v
	case 4:
		return d * (u + v)
	case 5:
		return d * (u - v)
	case 6:
		return d * (v - u)
	default:
		return -d * (u + v)
	}
}

// Fractal sums octaves of noise, each with twice the frequency and half the
// height of the one before: about −1 to 1.
func (n Noise) Fractal(x, y float64, octaves int) float64 {
	sum, amplitude := 0.0, 1.0
	for k := range octaves {
		sum += amplitude * (n+Noise(k)).At(x, y)
		amplitude /= 2
		// The turn hides the lattice, whose lines would fall on each other.
		x, y = 2*(0.8*x-0.6*y)+17.3, 2*(0.6*x+0.8*y)+5.1
	}
	return sum
}

// Ridged sums octaves of 1 − |noise|, squared and weighted by the octave before:
// sharp crests that branch (Musgrave's ridged multifractal, in Ebert et al.,
// "Texturing and Modeling", 2003). It is in 0 to about 1.
func (n Noise) Ridged(x, y float64, octaves int) float64 {
	sum, amplitude, weight := 0.0, 0.5, 1.0
	for k := range octaves {
		crest := 1 - math.Abs((n+Noise(k)).At(x, y))*1.4
		crest *= crest * weight
		sum += amplitude * crest
		weight = Clamp(crest * 1.6)
		amplitude /= 2
		x, y = 2*(0.8*x-0.6*y)+17.3, 2*(0.6*x+0.8*y)+5.1
	}
	return sum
}

// Exp is e to the x. It is not math.Exp, which on amd64 has two forms, one for
// processors that multiply and add at once, and their last bits differ.
func Exp(x float64) float64 { return math.Exp2(x * math.Log2E) }

func fade(t float64) float64 { return t * t * t * (t*(t*6-15) + 10) }

func lerp(a, b, t float64) float64 { return a + (b-a)*t }
