// Package cfsd is the content feature structural distance: whether the same parts of the
// picture and of the content image resemble each other.
package cfsd

import (
	"errors"
	"math"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/measure"
)

// source is where CFSD is published.
const source = "Chung, Hyun and Heo 2024, Style Injection in Diffusion, arXiv:2312.09008"

// Metric is CFSD, the content feature structural distance of Chung, Hyun and Heo
// (2024, "Style Injection in Diffusion", CVPR; arXiv:2312.09008), relative to that
// of a picture without structure:
//
//	Σᵢ KL(Pᵢ ‖ Qᵢ) / Σᵢ KL(Pᵢ ‖ 1/n)
//
// Pᵢ is the softmax of row i of S = FFᵀ/C², [n, n], for the content image's features
// F, [n, C], at n positions, and Qᵢ the same for the picture's. So P encodes which parts
// of the content image resemble each other, independently of their appearance.
//
// It lies in [0, ∞), lower is closer: 0 for equal similarities, 1 for a picture
// whose parts are all alike. The authors sum KL over the rows; the ratio makes sizes and
// networks comparable, but not with published figures. They use VGG-19's relu3_1, which
// many runs optimise, and every position of a picture of 512×512 pixels; we use a held-out
// layer and at most 1024 positions, on a regular grid. Published is theirs.
type Metric struct{}

var _ framework.Metric = Metric{}

// Definition is part of framework.Metric.
func (Metric) Definition() framework.Definition {
	return framework.Definition{
		Label: "CFSD", Doc: "CFSD, how differently the features resemble each other, relative to a picture without structure",
		Low: 0, High: math.Inf(1), Better: framework.Lower, Against: framework.Content, Layers: framework.StructureLayer,
		Formula: "Σᵢ KL(softmax(FFᵀ/C²)ᵢ of the content image ‖ the picture's) / Σᵢ KL(the same ‖ 1/n)", Source: source,
	}
}

// Prepare computes the self-similarity of the content image's features.
func (Metric) Prepare(image *measure.Image, layer string) (framework.Score, error) {
	want, err := newStructure(similarities(image.Kernels, image.Features(layer)))
	if err != nil {
		return nil, err
	}
	return func(picture *measure.Image) float64 {
		return want.divergence(similarities(picture.Kernels, picture.Features(layer)))
	}, nil
}

// structure is the self-similarity of the content image's features.
type structure struct {
	similar  []float32 // S, [n, n]
	logSum   []float64 // by row of S: log Σⱼ exp Sᵢⱼ
	flattest float64   // divergence of a picture without structure
}

func newStructure(similar []float32) (structure, error) {
	s := structure{similar: similar, logSum: logSums(similar)}
	places := len(s.logSum)
	for i, logSum := range s.logSum {
		row := s.similar[i*places:][:places]
		for _, v := range row {
			s.flattest += math.Exp(float64(v)-logSum) * (float64(v) - logSum + math.Log(float64(places)))
		}
	}
	if !(s.flattest > 0) {
		return s, errors.New("all positions have the same features, so there is no structure to compare with")
	}
	return s, nil
}

// divergence returns the metric of a picture whose similarities are got.
func (s structure) divergence(got []float32) float64 {
	sum, places := 0.0, len(s.logSum)
	for i, gotLogSum := range logSums(got) {
		logSum := s.logSum[i]
		p, q := s.similar[i*places:][:places], got[i*places:][:places]
		for j, v := range p {
			logP, logQ := float64(v)-logSum, float64(q[j])-gotLogSum
			sum += math.Exp(logP) * (logP - logQ)
		}
	}
	return max(sum, 0) / s.flattest // rounding may give slightly less than 0 for equal pictures
}

// mostPlaces bounds n: time and memory are quadratic in it.
const mostPlaces = 1024

// similarities returns S of the features f.
func similarities(k compute.Kernels[float32], f measure.Features) []float32 {
	h, w, c := f.H, f.W, f.C
	step := 1
	for len(grid(h, step))*len(grid(w, step)) > mostPlaces {
		step++
	}
	rows, columns := grid(h, step), grid(w, step)
	places := len(rows) * len(columns)
	transposed := compute.Aligned[float32](c * places)
	for i, y := range rows {
		for j, x := range columns {
			for channel, v := range f.Values[(y*w+x)*c:][:c] {
				transposed[channel*places+i*len(columns)+j] = v
			}
		}
	}
	s := make([]float32, places*places)
	k.Gram(s, transposed, c, places, 1/(float64(c)*float64(c)))
	return s
}

// grid returns every step-th of n positions, centred.
func grid(n, step int) []int {
	var places []int
	for i := (n - 1) % step / 2; i < n; i += step {
		places = append(places, i)
	}
	return places
}

// logSums returns log Σⱼ exp sᵢⱼ for each row i of s, which is square.
func logSums(s []float32) []float64 {
	n := int(math.Sqrt(float64(len(s))))
	sums := make([]float64, n)
	for i := range sums {
		row := s[i*n:][:n]
		largest := row[0]
		for _, v := range row {
			largest = max(largest, v)
		}
		for _, v := range row {
			sums[i] += math.Exp(float64(v) - float64(largest))
		}
		sums[i] = math.Log(sums[i]) + float64(largest)
	}
	return sums
}
