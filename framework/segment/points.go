// Package segment divides images into regions that look alike, by the features of a network,
// and matches the regions of two images.
package segment

import (
	"math"

	"runexp/framework/imaging"
)

// Features are those of an image at one layer of a network: [H, W, C], channels last.
type Features struct {
	H, W, C int
	Values  []float32
}

// The shares of features, colour and position in the variance of an image's points. Chosen
// by looking at eight pairs of photographs and paintings (docs/design/013-masks-auto.md).
const (
	featureShare  = 1.0
	colorShare    = 1.0
	positionShare = 0.1
)

// Points are the positions of an image as vectors that can be compared: features, colour
// and position, each centred on the image's own mean and scaled to its share of the
// variance. So the points of a photograph and of a painting, or of a dark and a bright
// image, are comparable.
type Points struct {
	h, w, d int
	values  []float64 // [h·w, d]
}

// pointSmoothing is how often points are smoothed: without, the brush strokes of a painting
// are regions.
const pointSmoothing = 2

// NewPoints returns the points of an image at the positions of its features. Of the features
// of a position only the direction counts: their length is mostly contrast.
func NewPoints(f Features, image *imaging.Image) Points {
	n, d := f.H*f.W, f.C+imaging.Channels+2
	p := Points{f.H, f.W, d, make([]float64, n*d)}
	colors := image.Resize(f.H, f.W)
	for i := range n {
		x := p.at(i)
		length := 0.0
		for j, v := range f.Values[i*f.C:][:f.C] {
			x[j] = float64(v)
			length += x[j] * x[j]
		}
		for j := range f.C {
			if length > 0 {
				x[j] /= math.Sqrt(length)
			}
		}
		for j, v := range colors.Pix[i*imaging.Channels:][:imaging.Channels] {
			x[f.C+j] = float64(v)
		}
		x[d-2], x[d-1] = (float64(i/f.W)+0.5)/float64(f.H), (float64(i%f.W)+0.5)/float64(f.W)
	}
	for range pointSmoothing {
		p.values = smooth(p.values, p.h, p.w, d)
	}
	p.scale(0, f.C, featureShare)
	p.scale(f.C, d-2, colorShare)
	p.scale(d-2, d, positionShare)
	return p
}

// at returns the point of position i.
func (p Points) at(i int) []float64 { return p.values[i*p.d:][:p.d] }

// noVariance is a variance that is only rounding: what has it is the same everywhere, and
// must not be scaled up. Features have a length of 1, colours a range of 1.
const noVariance = 1e-12

// scale centres the numbers from first to end of all points and scales them so that their
// variance, summed over these numbers, is share.
func (p Points) scale(first, end int, share float64) {
	n := p.h * p.w
	mean := make([]float64, p.d)
	for i := range n {
		for j, v := range p.at(i)[first:end] {
			mean[j] += v / float64(n)
		}
	}
	variance := 0.0
	for i := range n {
		x := p.at(i)[first:end]
		for j := range x {
			x[j] -= mean[j]
			variance += x[j] * x[j] / float64(n)
		}
	}
	factor := 0.0
	if variance > noVariance {
		factor = math.Sqrt(share / variance)
	}
	for i := range n {
		x := p.at(i)[first:end]
		for j := range x {
			x[j] *= factor
		}
	}
}

// Means returns the mean point under each mask, weighted by its values. Masks may be of any
// size; the first channel is used. A mask of zeros has the mean of the whole image, 0.
func (p Points) Means(masks []*imaging.Image) [][]float64 {
	means := make([][]float64, len(masks))
	for k, mask := range masks {
		mean, area := make([]float64, p.d), 0.0
		weights := mask.Resize(p.h, p.w)
		for i := range p.h * p.w {
			weight := max(float64(weights.Pix[i*imaging.Channels]), 0) // the cubic overshoots
			area += weight
			for j, v := range p.at(i) {
				mean[j] += weight * v
			}
		}
		for j := range mean {
			if area > 0 {
				mean[j] /= area
			}
		}
		means[k] = mean
	}
	return means
}

// smooth returns v, [h, w, d], convolved with (1, 2, 1)/4 along both sides. Beyond the border
// it is as at the border, so that a constant stays, and what sums to 1 still does.
func smooth(v []float64, h, w, d int) []float64 {
	rows, out := make([]float64, len(v)), make([]float64, len(v))
	pass := func(dst, src []float64, before, at, after int) {
		for j := range d {
			dst[at*d+j] = (src[before*d+j] + 2*src[at*d+j] + src[after*d+j]) / 4
		}
	}
	for y := range h {
		for x := range w {
			pass(rows, v, y*w+max(x-1, 0), y*w+x, y*w+min(x+1, w-1))
		}
	}
	for y := range h {
		for x := range w {
			pass(out, rows, max(y-1, 0)*w+x, y*w+x, min(y+1, h-1)*w+x)
		}
	}
	return out
}
