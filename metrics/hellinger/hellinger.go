// Package hellinger is the colour histogram distance: Hellinger's distance of log-chroma
// histograms.
package hellinger

import (
	"math"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/measure"
)

// Constants of the authors' evaluation: the bins of each axis and their range, the width of
// a colour's kernel, the largest side of a picture, and what keeps logarithms and roots of 0
// finite.
const (
	bins    = 64
	extent  = 3
	sigma   = 0.02
	largest = 256
	epsilon = 1e-6
)

// Metric is Hellinger's distance
//
//	√(Σ (√H − √H')²) / √2
//
// of the RGB-uv histograms H of the picture and H' of the style image, each with sum 1. For
// each of R, G and B a pixel (r, g, b) adds its brightness √(r² + g² + b² + ε) to 64×64 bins
// (u, v): for R with u = log((r+ε)/(g+ε)), v = log((r+ε)/(b+ε)), likewise for G against R
// and B, and for B against R and G. The bins' centres c lie evenly from −3 to 3; a value
// u counts 1/(1 + ((u − c)/0.02)²) in each.
//
// It lies in [0, 1], lower is closer: 0 for equal shares of colours, wherever they are. The
// bins are 4.8 kernels apart, so that a share between two centres counts little. Afifi,
// Brubaker and Brown (2021, HistoGAN, CVPR; arXiv:2011.11731), checked against their code,
// github.com/mahmoudnafifi/HistoGAN; with 64 bins and pictures of at most 256×256 pixels, to
// which larger ones are interpolated, as StyleID evaluates style transfer
// (github.com/jiwoogit/StyleID, evaluation/eval_histogan.py).
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "colour histogram distance", Doc: "Hellinger distance of the histograms of colours in log-chroma (RGB-uv)",
		Low: 0, High: 1, Better: framework.Lower, Against: framework.Style,
		Formula:    "√(Σ (√H − √H')²) / √2, H the RGB-uv histogram of 3×64×64 bins with sum 1",
		Source:     "Afifi, Brubaker and Brown 2021, HistoGAN, arXiv:2011.11731",
		Comparable: "with the colour matching loss of StyleID's evaluation (arXiv:2312.09008): style image and picture of 512×512 pixels",
	}
}

// Prepare computes the style image's histogram.
func (Metric) Prepare(image *measure.Image, _ string) (framework.Score, error) {
	want := histogram(image)
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for i, v := range histogram(picture) {
			d := math.Sqrt(v) - math.Sqrt(want[i])
			sum += d * d
		}
		return math.Sqrt(sum / 2)
	}, nil
}

// histogram returns H of a picture, [3, 64, 64]. Axes of G and B may run backwards, from
// log(r/g) instead of log(g/r), since the distance does not depend on the order of bins.
func histogram(m *measure.Image) []float64 {
	all := make([]float64, imaging.Channels*bins*bins)
	rg, rb, gb := compute.Aligned[float32](atOnce*bins), compute.Aligned[float32](atOnce*bins), compute.Aligned[float32](atOnce*bins)
	brightness := make([]float64, atOnce)
	product := make([]float32, bins*bins)
	pix := shrunk(m)
	for len(pix) > 0 {
		n := min(atOnce, len(pix)/imaging.Channels)
		part := pix[:n*imaging.Channels]
		pix = pix[len(part):]
		m.Kernels.Parallel(n, pixelsATask, func(from, to int) {
			for i := from; i < to; i++ {
				r, g, b := part[i*imaging.Channels], part[i*imaging.Channels+1], part[i*imaging.Channels+2]
				brightness[i] = math.Sqrt(r*r + g*g + b*b + epsilon)
				logR, logG, logB := math.Log(r+epsilon), math.Log(g+epsilon), math.Log(b+epsilon)
				spread(rg[i*bins:][:bins], logR-logG, brightness[i])
				spread(rb[i*bins:][:bins], logR-logB, 1)
				spread(gb[i*bins:][:bins], logG-logB, 1)
			}
		})
		add := func(channel int, u, v []float32) {
			m.Kernels.MatMul(product, u[:n*bins], v[:n*bins], bins, n, bins, true, false)
			for i, share := range product {
				all[channel*bins*bins+i] += float64(share)
			}
		}
		add(0, rg, rb)
		add(1, rg, gb)
		for i := range n { // the kernel of log(r/b), times brightness
			for j := range bins {
				rb[i*bins+j] *= float32(brightness[i])
			}
		}
		add(2, rb, gb)
	}
	total := epsilon
	for _, share := range all {
		total += share
	}
	for i := range all {
		all[i] /= total
	}
	return all
}

// Pixels whose kernels are in memory at once, and those of a task.
const (
	atOnce      = 1 << 12
	pixelsATask = 1 << 9
)

// spread writes scale times the kernel of a value at each bin's centre.
func spread(dst []float32, value, scale float64) {
	for i := range dst {
		d := (value - (2*extent*float64(i)/(bins-1) - extent)) / sigma
		dst[i] = float32(scale / (1 + d*d))
	}
}

// shrunk returns m's pixels, [n, 3], clamped to [0, 1]: of the picture itself, or interpolated linearly at
// 256×256 positions if a side is longer, as PyTorch does it without smoothing.
func shrunk(m *measure.Image) []float64 {
	h, w := m.H, m.W
	if h > largest || w > largest {
		h, w = largest, largest
	}
	out := make([]float64, 0, h*w*imaging.Channels)
	for y := range h {
		top, bottom, down := between(y, h, m.H)
		for x := range w {
			left, right, across := between(x, w, m.W)
			for c := range imaging.Channels {
				at := func(y, x int) float64 { return float64(min(max(m.Pix[(y*m.W+x)*imaging.Channels+c], 0), 1)) }
				above := at(top, left)*(1-across) + at(top, right)*across
				below := at(bottom, left)*(1-across) + at(bottom, right)*across
				out = append(out, above*(1-down)+below*down)
			}
		}
	}
	return out
}

// between returns the pixels of n on both sides of position i of count, and how far it is
// from the first to the second.
func between(i, count, n int) (first, second int, share float64) {
	at := max((float64(i)+0.5)*float64(n)/float64(count)-0.5, 0)
	first = min(int(at), n-1)
	return first, min(first+1, n-1), at - float64(first)
}
