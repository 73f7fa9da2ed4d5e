// Package decorrelated is a variable: the picture's pixels in a colour space whose
// channels are uncorrelated in photographs.
package decorrelated

import (
	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// Config has no options.
type Config struct{}

// Defaults returns the options.
func Defaults() Config { return Config{} }

// Variable is x, [H, W, 3], of the picture
//
//	u = S·x + m
//
// pixel by pixel, u in [0, 1], RGB: m is the mean colour of ImageNet and SSᵀ the
// covariance of its colours. So each channel of x has a deviation of about 1, and an
// optimiser step changes lightness and hues in proportion to their variation in
// photographs (Olah et al. 2017, "Feature Visualization",
// distill.pub/2017/feature-visualization: preconditioning). x has no bounds. Lucid
// divides S by the length of its longest column; this does not.
type Variable struct{ toPicture, fromPicture [3][3]float64 }

var _ framework.Variable = Variable{}

// root is S, as published with that article: color_correlation_svd_sqrt of Lucid,
// github.com/tensorflow/lucid, lucid/optvis/param/color.py. Its columns are a
// lightness, an orange against blue, and a green against magenta.
func root() [3][3]float64 {
	return [3][3]float64{
		{0.26, 0.09, 0.02},
		{0.27, 0.00, -0.05},
		{0.27, -0.09, 0.03},
	}
}

// New returns the variable.
func New(Config) (framework.Variable, error) {
	m := root()
	for row, deviation := range framework.ImageNet().Std { // from u − m to the picture's colour space
		for column := range m[row] {
			m[row][column] /= deviation
		}
	}
	return Variable{m, inverse(m)}, nil
}

// Shape is that of the picture.
func (Variable) Shape(h, w int) graph.Shape { return graph.Shape{h, w, 3} }

// Space is ImageNet's, whose 0 is m.
func (Variable) Space() framework.Space { return framework.ImageNet() }

// Build returns the picture of x.
func (v Variable) Build(b *graph.Builder, x graph.Node, _, _ int) (graph.Node, error) {
	return b.Affine(x, v.toPicture, [3]float64{}), nil
}

// Initial returns the x whose picture is the image.
func (v Variable) Initial(image *imaging.Image) []float32 {
	x := v.Space().FromUnit(image.Pix)
	for i := 0; i < len(x); i += 3 {
		r, g, b := float64(x[i]), float64(x[i+1]), float64(x[i+2])
		for c, m := range v.fromPicture {
			x[i+c] = float32(m[0]*r + m[1]*g + m[2]*b)
		}
	}
	return x
}

// Resample resizes x like a picture, since it differs only by a linear map of colours.
func (Variable) Resample(what framework.Quantity, x []float32, h, w, newH, newW int) []float32 {
	return framework.ResamplePixels(what, x, h, w, 3, newH, newW)
}

// inverse returns the inverse of m, by cofactors.
func inverse(m [3][3]float64) [3][3]float64 {
	var adjugate [3][3]float64
	for i := range 3 {
		for j := range 3 {
			a, b := (j+1)%3, (j+2)%3
			c, d := (i+1)%3, (i+2)%3
			adjugate[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
	}
	determinant := m[0][0]*adjugate[0][0] + m[0][1]*adjugate[1][0] + m[0][2]*adjugate[2][0]
	for i := range adjugate {
		for j := range adjugate[i] {
			adjugate[i][j] /= determinant
		}
	}
	return adjugate
}
