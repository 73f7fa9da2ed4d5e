package evaluate

import (
	"math"

	"runexp/framework/imaging"
)

const (
	paletteDirections = 64
	// paletteBins is how finely the projections of colours are counted: a bin is
	// at most √3/16384, less than a thirtieth of a level of 8 bits.
	paletteBins = 1 << 14
)

// A palette is a picture's colours: for each direction, how many of their
// projections fall into each bin.
type palette [][]int32

// newPalette counts the colours of pix, [H·W, 3] in [0, 1].
func newPalette(pix []float32) palette {
	p := make(palette, paletteDirections)
	for k := range p {
		d := direction(k)
		low, high := span(d)
		scale := paletteBins / (high - low)
		p[k] = make([]int32, paletteBins)
		for i := 0; i < len(pix); i += imaging.Channels {
			at := (float64(pix[i])*d[0] + float64(pix[i+1])*d[1] + float64(pix[i+2])*d[2] - low) * scale
			p[k][min(max(int(at), 0), paletteBins-1)]++
		}
	}
	return p
}

// distance returns the sliced Wasserstein distance of the colours of two
// pictures of one size, RGB in [0, 1]: the mean over directions d of
//
//	∫ |F(t) − F'(t)| dt
//
// where F(t) is the share of colours c with c·d ≤ t, and F' that of the other
// picture. That is the least mean way by which the projected colours must be
// shifted to become the other's, wherever in the picture they are.
//
// It lies in [0, 1], lower is closer: 0 for equal colours; to shift all of them by
// a distance s costs about s/2, and black against white is about 0.87. Rabin,
// Peyré, Delon and Bernot (2012), with W₁ instead of W₂, and with 64 fixed
// directions spread evenly over the half sphere instead of random ones.
func (p palette) distance(q palette) float64 {
	total := 0.0
	for k := range p {
		low, high := span(direction(k))
		var difference, pixels, sum int64 // of the cumulated counts
		for i, n := range p[k] {
			pixels += int64(n)
			difference += int64(n) - int64(q[k][i])
			sum += max(difference, -difference)
		}
		total += float64(sum) / float64(pixels) * (high - low) / paletteBins
	}
	return total / paletteDirections
}

// direction returns the unit vector number k on the half sphere z > 0: a Fibonacci
// lattice, bands of equal area with a golden angle from one to the next.
func direction(k int) [3]float64 {
	z := (float64(k) + 0.5) / paletteDirections
	angle := float64(k) * math.Pi * (3 - math.Sqrt(5))
	r := math.Sqrt(1 - z*z)
	return [3]float64{r * math.Cos(angle), r * math.Sin(angle), z}
}

// span returns the smallest and largest projection of colours in [0, 1] on d.
func span(d [3]float64) (low, high float64) {
	for _, v := range d {
		low, high = low+min(v, 0), high+max(v, 0)
	}
	return low, high
}
