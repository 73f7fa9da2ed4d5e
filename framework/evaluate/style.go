package evaluate

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"runexp/framework/compute"
)

// moments are the mean μ, [C], and the covariance Σ, [C, C], of a layer's
// features over its n places, divided by n.
type moments struct {
	mean       []float64
	covariance *mat.SymDense
}

// centredAtOnce bounds how many features are centred at once, in elements.
const centredAtOnce = 1 << 22

// momentsOf returns the moments of f, [n, c]. Features are centred before they
// are multiplied, so that a layer that hardly varies keeps its digits.
func momentsOf(k compute.Kernels[float32], f []float32, c int) moments {
	n := len(f) / c
	m := moments{mean: make([]float64, c), covariance: mat.NewSymDense(c, nil)}
	for i := 0; i < len(f); i += c {
		for j, v := range f[i : i+c] {
			m.mean[j] += float64(v)
		}
	}
	for j := range m.mean {
		m.mean[j] /= float64(n)
	}
	rows := min(n, max(1, centredAtOnce/c))
	centred, product := compute.Aligned[float32](rows*c), make([]float32, c*c)
	for first := 0; first < n; first += rows {
		part := centred[:min(rows, n-first)*c]
		for i := 0; i < len(part); i += c {
			for j, v := range f[first*c+i:][:c] {
				part[i+j] = float32(float64(v) - m.mean[j])
			}
		}
		k.Gram(product, part, len(part)/c, c, 1/float64(n))
		for i := range c {
			for j := i; j < c; j++ {
				m.covariance.SetSym(i, j, m.covariance.At(i, j)+float64(product[i*c+j]))
			}
		}
	}
	return m
}

// gram returns element (i, j) of the Gram matrix FᵀF/n = Σ + μμᵀ.
func (m moments) gram(i, j int) float64 { return m.covariance.At(i, j) + m.mean[i]*m.mean[j] }

// energy returns the mean of ‖f‖² over the places, tr Σ + ‖μ‖².
func (m moments) energy() float64 {
	sum := 0.0
	for i := range m.mean {
		sum += m.gram(i, i)
	}
	return sum
}

// A styleTarget is the painting's moments at one layer, and what follows from them.
type styleTarget struct {
	moments
	root *mat.Dense // R with RᵀR = Σ
	norm float64    // Frobenius norm of the Gram matrix
}

func newStyleTarget(m moments) (styleTarget, error) {
	t := styleTarget{moments: m}
	for i := range m.mean {
		for j := range m.mean {
			t.norm += m.gram(i, j) * m.gram(i, j)
		}
	}
	t.norm = math.Sqrt(t.norm)
	if !(t.norm > 0) {
		return t, errBlank
	}
	t.root = factor(m.covariance)
	return t, nil
}

// gramDistance returns ‖G − A‖ / ‖A‖ (Frobenius) of the Gram matrices G of the
// picture and A of the painting at one style layer, each FᵀF/n over n places.
//
// It lies in [0, ∞), lower is closer: 0 for equal matrices, 1 for a picture
// without features. Gram matrices are the style of Gatys, Ecker and Bethge (2016,
// equations 3 and 4), who square the distance and divide by sizes; we take the
// root, since G is quadratic in the features already, and divide by the painting's
// own, since at least five other normalisations are in use.
func (t styleTarget) gramDistance(got moments) float64 {
	sum := 0.0
	for i := range t.mean {
		for j := range t.mean {
			d := got.gram(i, j) - t.gram(i, j)
			sum += d * d
		}
	}
	return math.Sqrt(sum) / t.norm
}
