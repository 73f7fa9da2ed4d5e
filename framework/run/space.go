package run

import (
	"strings"

	"runexp/framework"
)

// preprocess returns the map m·x + bias from a picture in space s to a network's input:
// back to [0, 1], then the network's scale, order, mean and std.
func preprocess(s framework.Space, in framework.Input) (m [3][3]float64, bias [3]float64) {
	for k := range 3 {
		c := strings.IndexByte("RGB", in.Order[k])
		m[k][c] = in.Scale * s.Std[c] / s.Scale / in.Std[k]
		bias[k] = (in.Scale*s.Mean[c]/s.Scale - in.Mean[k]) / in.Std[k]
	}
	return m, bias
}
