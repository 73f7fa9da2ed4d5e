// Package palette is the palette distance: the distance of a picture's colours from the
// style image's, independently of their positions.
package palette

import (
	"math"

	"runexp/framework"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

const (
	directions = 64
	// bins is the number of histogram bins of a projection: a bin's width is at most
	// √3/16384, less than a thirtieth of a level of 8 bits.
	bins = 1 << 14
)

// Metric is the sliced Wasserstein distance of the colours of the picture and of
// the style image at the picture's size, RGB in [0, 1]: the mean over directions d of
//
//	∫ |F(t) − F'(t)| dt
//
// where F(t) is the share of colours c with c·d ≤ t, and F' that of the style image. The
// integral is the minimum mean distance by which the projected colours must be moved to
// match the other's.
//
// It lies in [0, 1], lower is closer: 0 for equal colours; shifting all of them by a
// distance s costs about s/2, and black against white is about 0.87. Rabin, Peyré, Delon
// and Bernot (2012), with W₁ instead of W₂, and 64 fixed directions spread evenly over the
// half sphere instead of random ones.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "palette distance", Doc: "sliced Wasserstein distance of the colours, RGB in [0, 1]; to shift all of them by d costs about d/2",
		Low: 0, High: 1, Better: framework.Lower, Against: framework.Style,
		Formula: "mean over 64 directions of ∫ |F(t) − F'(t)| dt", Source: "Rabin, Peyré, Delon and Bernot 2012, SSVM, with W₁ instead of W₂",
	}
}

// Prepare computes the style image's palette.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := newPalette(image.Pix)
	return func(picture *measure.Image) float64 { return want.distance(newPalette(picture.Pix)) }, nil
}

// A palette is a histogram of a picture's projected colours, by direction and bin.
type palette [][]int32

// newPalette returns the palette of pix, [H·W, 3] in [0, 1].
func newPalette(pix []float32) palette {
	p := make(palette, directions)
	for k := range p {
		d := direction(k)
		low, high := span(d)
		scale := bins / (high - low)
		p[k] = make([]int32, bins)
		for i := 0; i < len(pix); i += imaging.Channels {
			at := (float64(pix[i])*d[0] + float64(pix[i+1])*d[1] + float64(pix[i+2])*d[2] - low) * scale
			p[k][min(max(int(at), 0), bins-1)]++
		}
	}
	return p
}

// distance returns the mean over directions of the area between the cumulative
// histograms of two pictures.
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
		total += float64(sum) / float64(pixels) * (high - low) / bins
	}
	return total / directions
}

// direction returns the unit vector number k on the half sphere z > 0: a Fibonacci
// lattice, bands of equal area, each rotated by the golden angle.
func direction(k int) [3]float64 {
	z := (float64(k) + 0.5) / directions
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
