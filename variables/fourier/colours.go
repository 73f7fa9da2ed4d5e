package fourier

import "runexp/framework"

// colours returns S, from decorrelated colours to ImageNet's space, and its inverse. S is
// color_correlation_svd_sqrt of Lucid (lucid/optvis/param/color.py): its columns are a
// lightness, an orange against blue, and a green against magenta.
func colours() (toPicture, fromPicture [3][3]float64) {
	s := [3][3]float64{
		{0.26, 0.09, 0.02},
		{0.27, 0.00, -0.05},
		{0.27, -0.09, 0.03},
	}
	for row, deviation := range framework.ImageNet().Std {
		for column := range s[row] {
			s[row][column] /= deviation
		}
	}
	return s, inverse(s)
}

// inverse returns the inverse of m, by cofactors.
func inverse(m [3][3]float64) (inverted [3][3]float64) {
	for i := range 3 {
		for j := range 3 {
			a, b := (j+1)%3, (j+2)%3
			c, d := (i+1)%3, (i+2)%3
			inverted[i][j] = m[a][c]*m[b][d] - m[a][d]*m[b][c]
		}
	}
	determinant := m[0][0]*inverted[0][0] + m[0][1]*inverted[1][0] + m[0][2]*inverted[2][0]
	for i := range inverted {
		for j := range inverted[i] {
			inverted[i][j] /= determinant
		}
	}
	return inverted
}
