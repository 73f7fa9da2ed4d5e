package run

import (
	"strings"

	"runexp/framework"
)

// A space is the coordinates in which the picture is optimised: for a pixel u
// in [0, 1], RGB, x = (scale·u − mean) / std, channel by channel.
type space struct {
	scale     float64
	mean, std [3]float64
}

// imageNet is the mean and standard deviation of ImageNet's pixels in [0, 1], RGB.
func imageNet() space {
	return space{scale: 1, mean: [3]float64{0.485, 0.456, 0.406}, std: [3]float64{0.229, 0.224, 0.225}}
}

// spaceOf returns the space called name.
func spaceOf(name string) (space, error) {
	ones := [3]float64{1, 1, 1}
	switch name {
	case "normalized":
		return imageNet(), nil
	case "unit":
		return space{scale: 1, std: ones}, nil
	case "bytes":
		return space{scale: 255, std: ones}, nil
	}
	return space{}, framework.UnknownName("space", name, []string{"normalized", "unit", "bytes"})
}

// fromUnit returns pixels u, [H·W·3], as the variable.
func (s space) fromUnit(u []float32) []float32 {
	x := make([]float32, len(u))
	for i, v := range u {
		c := i % 3
		x[i] = float32((s.scale*float64(v) - s.mean[c]) / s.std[c])
	}
	return x
}

// toUnit is the inverse of fromUnit. It does not clamp.
func (s space) toUnit(x []float32) []float32 {
	u := make([]float32, len(x))
	for i, v := range x {
		c := i % 3
		u[i] = float32((float64(v)*s.std[c] + s.mean[c]) / s.scale)
	}
	return u
}

// preprocess returns the map from the variable's pixels to what a network
// expects, m·x + bias: back to [0, 1], then the network's scale, order, mean and std.
func (s space) preprocess(in framework.Input) (m [3][3]float64, bias [3]float64) {
	for k := range 3 {
		c := strings.IndexByte("RGB", in.Order[k])
		m[k][c] = in.Scale * s.std[c] / s.scale / in.Std[k]
		bias[k] = (in.Scale*s.mean[c]/s.scale - in.Mean[k]) / in.Std[k]
	}
	return m, bias
}
