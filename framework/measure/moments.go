package measure

import (
	"gonum.org/v1/gonum/mat"

	"runexp/framework/compute"
)

// Moments are the mean μ, [C], and the covariance Σ, [C, C], of a layer's features over
// its n positions, divided by n.
type Moments struct {
	Mean       []float64
	Covariance *mat.SymDense
}

// centredAtOnce bounds how many features are centred at once, in elements.
const centredAtOnce = 1 << 22

// MomentsOf returns the moments of f, [n, c]. Features are centred before they are
// multiplied, which avoids cancellation for a layer with little variance.
func MomentsOf(k compute.Kernels[float32], f []float32, c int) Moments {
	n := len(f) / c
	m := Moments{Mean: make([]float64, c), Covariance: mat.NewSymDense(c, nil)}
	for i := 0; i < len(f); i += c {
		for j, v := range f[i : i+c] {
			m.Mean[j] += float64(v)
		}
	}
	for j := range m.Mean {
		m.Mean[j] /= float64(n)
	}
	rows := min(n, max(1, centredAtOnce/c))
	centred, product := compute.Aligned[float32](rows*c), make([]float32, c*c)
	for first := 0; first < n; first += rows {
		part := centred[:min(rows, n-first)*c]
		for i := 0; i < len(part); i += c {
			for j, v := range f[first*c+i:][:c] {
				part[i+j] = float32(float64(v) - m.Mean[j])
			}
		}
		k.Gram(product, part, len(part)/c, c, 1/float64(n))
		for i := range c {
			for j := i; j < c; j++ {
				m.Covariance.SetSym(i, j, m.Covariance.At(i, j)+float64(product[i*c+j]))
			}
		}
	}
	return m
}

// Gram returns element (i, j) of the Gram matrix FᵀF/n = Σ + μμᵀ.
func (m Moments) Gram(i, j int) float64 { return m.Covariance.At(i, j) + m.Mean[i]*m.Mean[j] }

// Energy returns the mean of ‖f‖² over positions, tr Σ + ‖μ‖².
func (m Moments) Energy() float64 {
	sum := 0.0
	for i := range m.Mean {
		sum += m.Gram(i, i)
	}
	return sum
}
