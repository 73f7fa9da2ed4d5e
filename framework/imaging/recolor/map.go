package recolor

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"runexp/framework"
	"runexp/framework/imaging"
)

// A Map is the affine map of colours
//
//	x ↦ A·(x − From) + To
type Map struct {
	A        matrix
	From, To vector
}

// The kinds of maps.
const (
	Cholesky  = "cholesky"
	PCA       = "pca"
	Symmetric = "symmetric"
)

// flat is the variance below which a direction in colour space has no colours to spread,
// only rounding: a standard deviation of one of 256 levels. A map there would multiply
// noise, by 60 for the colours of a usual painting.
const flat = 1.0 / (255 * 255)

// tiny replaces smaller eigenvalues before a Cholesky decomposition, which needs positive
// ones: far below what float32 pixels resolve.
const tiny = 1e-12

// Match returns the map that gives colours of the moments from those of the moments to:
// A·Σ·Aᵀ = Σ', with Σ and Σ' the covariances of from and to. There are many such A (they
// differ by a rotation); kind chooses one:
//
//	cholesky:  A = L'·L⁻¹                              Σ = LLᵀ, L lower triangular
//	pca:       A = Σ'^½ · Σ^−½                         symmetric roots
//	symmetric: A = Σ^−½ · (Σ^½ · Σ' · Σ^½)^½ · Σ^−½
//
// cholesky depends on the order of the channels. symmetric is the map that moves colours
// least, in the mean of squares (Pitié and Kokaram 2007, "The linear Monge-Kantorovitch
// linear colour mapping"); Gatys et al. 2016 (arXiv:1606.05897) compare the other two, and
// call the second image analogies'.
//
// Departure: where from hardly varies (see flat), as across the grey axis of a grey image,
// A is 0, and the result's colours vary in no more directions than from's. Errors: moments that are not
// finite; an unknown kind.
func Match(kind string, from, to Moments) (Map, error) {
	values, vectors, err := eigen(from.Cov)
	if err != nil {
		return Map{}, err
	}
	var a mat.Dense
	varies := spectral(values, vectors, func(v float64) float64 { return oneIf(v >= flat) })
	switch kind {
	case Cholesky:
		own, err := lower(from.Cov)
		if err != nil {
			return Map{}, err
		}
		target, err := lower(to.Cov)
		if err != nil {
			return Map{}, err
		}
		var inverse mat.Dense
		if err := inverse.Inverse(own); err != nil {
			return Map{}, fmt.Errorf("cholesky: %w", err)
		}
		a.Product(target, &inverse, varies)
	case PCA, Symmetric:
		inverse := spectral(values, vectors, inverseRoot)
		if kind == PCA {
			target, err := root(to.Cov)
			if err != nil {
				return Map{}, err
			}
			a.Mul(target, inverse)
			break
		}
		var inner mat.Dense
		own := spectral(values, vectors, func(v float64) float64 { return math.Sqrt(max(v, 0)) })
		inner.Product(own, dense(to.Cov), own)
		middle, err := root(arrayOf(&inner))
		if err != nil {
			return Map{}, err
		}
		a.Product(inverse, middle, inverse)
	default:
		return Map{}, framework.UnknownName("colour match", kind, []string{Cholesky, PCA, Symmetric})
	}
	return Map{A: arrayOf(&a), From: from.Mean, To: to.Mean}, nil
}

// Apply returns the image with its colours mapped.
func (m Map) Apply(image *imaging.Image) *imaging.Image {
	out := imaging.New(image.H, image.W)
	for i := 0; i < len(image.Pix); i += channels {
		for r := range channels {
			v := m.To[r]
			for c := range channels {
				v += m.A[r][c] * (float64(image.Pix[i+c]) - m.From[c])
			}
			out.Pix[i+r] = float32(v)
		}
	}
	return out
}

func oneIf(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// inverseRoot is v^−½, 0 for a flat direction.
func inverseRoot(v float64) float64 {
	if v < flat {
		return 0
	}
	return 1 / math.Sqrt(v)
}

// eigen returns the eigenvalues and eigenvectors of a covariance.
func eigen(m matrix) ([]float64, *mat.Dense, error) {
	symmetric := mat.NewSymDense(channels, nil)
	for r := range m {
		for c := r; c < channels; c++ {
			v := (m[r][c] + m[c][r]) / 2 // a product of matrices may round differently above and below
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, fmt.Errorf("colours: %w", framework.ErrNotFinite)
			}
			symmetric.SetSym(r, c, v)
		}
	}
	var e mat.EigenSym
	if !e.Factorize(symmetric, true) {
		return nil, nil, fmt.Errorf("colours: the eigenvalues of the covariance %v do not converge", m)
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	return e.Values(nil), &vectors, nil
}

// spectral returns V·diag(f(λ))·Vᵀ.
func spectral(values []float64, vectors *mat.Dense, f func(float64) float64) *mat.Dense {
	changed := make([]float64, len(values))
	for i, v := range values {
		changed[i] = f(v)
	}
	var out mat.Dense
	out.Product(vectors, mat.NewDiagDense(len(changed), changed), vectors.T())
	return &out
}

// root returns the symmetric root of a covariance.
func root(m matrix) (*mat.Dense, error) {
	values, vectors, err := eigen(m)
	if err != nil {
		return nil, err
	}
	return spectral(values, vectors, func(v float64) float64 { return math.Sqrt(max(v, 0)) }), nil
}

// lower returns the Cholesky factor of a covariance.
func lower(m matrix) (*mat.Dense, error) {
	values, vectors, err := eigen(m)
	if err != nil {
		return nil, err
	}
	positive := spectral(values, vectors, func(v float64) float64 { return max(v, tiny) })
	symmetric := mat.NewSymDense(channels, nil)
	for r := range channels {
		for c := r; c < channels; c++ {
			symmetric.SetSym(r, c, positive.At(r, c))
		}
	}
	var factors mat.Cholesky
	if !factors.Factorize(symmetric) {
		return nil, fmt.Errorf("colours: the covariance %v is not positive definite", m)
	}
	var l mat.TriDense
	factors.LTo(&l)
	return mat.DenseCopyOf(&l), nil
}

func dense(m matrix) *mat.Dense {
	out := mat.NewDense(channels, channels, nil)
	for r := range m {
		out.SetRow(r, m[r][:])
	}
	return out
}

func arrayOf(m *mat.Dense) (a matrix) {
	for r := range a {
		copy(a[r][:], m.RawRowView(r))
	}
	return a
}
