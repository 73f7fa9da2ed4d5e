// Package sobol is the sampler that takes the points of a scrambled Sobol sequence: they
// cover the space more evenly than independent draws do.
//
// Sources: Sobol (1967), On the distribution of points in a cube and the approximate
// evaluation of integrals; Joe and Kuo (2008), Constructing Sobol sequences with better
// two-dimensional projections, for the direction numbers; Owen (1995), Randomly permuted
// (t,m,s)-nets and (t,s)-sequences, for the scrambling.
package sobol

import (
	"math/bits"

	"runexp/framework"
)

// Config is empty: the sampler has no options.
type Config struct{}

// Defaults returns it.
func Defaults() Config { return Config{} }

// Sampler takes the points of the sequence.
type Sampler struct{}

var _ framework.Sampler = Sampler{}

// New returns the sampler.
func New(Config) (framework.Sampler, error) { return Sampler{}, nil }

// Draws returns true: it takes quantiles of levels and ranges.
func (Sampler) Draws() bool { return true }

// Sample returns the first cap distinct settings of the sequence, each on every block.
// Parameter k is dimension k: the first ones are spread most evenly. A power of two is the
// best cap: each of n = 2^m equally likely intervals of a parameter then has one point.
//
// Errors: more parameters than dimensions.
func (Sampler) Sample(s framework.SweepSpace, excluded func([]framework.Choice, int) bool) ([]framework.SweepPoint, error) {
	if most := len(directions) + 1; len(s.Parameters) > most {
		return nil, framework.Invalid("method", "sobol varies at most %d parameters, not %d; use random", most, len(s.Parameters))
	}
	matrices := make([]matrix, len(s.Parameters))
	for k := range matrices {
		matrices[k] = newMatrix(k)
	}
	index := uint32(0)
	return s.Draw(func() []framework.Choice {
		setting := make([]framework.Choice, len(s.Parameters))
		for k, p := range s.Parameters {
			setting[k] = p.At(quantile(scramble(matrices[k].at(index), uint64(s.Seed), k)))
		}
		index++
		return setting
	}, excluded)
}

// digits is the number of binary digits of a coordinate.
const digits = 32

// A matrix has the direction numbers of a dimension: those of the first digit, the second
// and so on, as fractions of 2^32.
type matrix [digits]uint32

// newMatrix returns the matrix of dimension k, from 0, which is the van der Corput sequence.
//
// With the primitive polynomial x^s + a1·x^(s−1) + … + a(s−1)·x + 1 and the initial numbers
// m1 … ms, the others are mj = 2·a1·m(j−1) ⊕ … ⊕ 2^(s−1)·a(s−1)·m(j−s+1) ⊕ 2^s·m(j−s) ⊕ m(j−s).
func newMatrix(k int) matrix {
	var v matrix
	if k == 0 {
		for j := range v {
			v[j] = 1 << (digits - 1 - j)
		}
		return v
	}
	d := directions[k-1]
	s := len(d.m)
	for j := range v {
		if j < s {
			v[j] = d.m[j] << (digits - 1 - j)
			continue
		}
		v[j] = v[j-s] ^ v[j-s]>>s
		for i := 1; i < s; i++ {
			if d.a>>(s-1-i)&1 == 1 {
				v[j] ^= v[j-i]
			}
		}
	}
	return v
}

// at returns coordinate i of the sequence in the order of the Gray code, as a fraction of 2^32.
func (v matrix) at(i uint32) uint32 {
	x := uint32(0)
	for gray := i ^ i>>1; gray != 0; gray &= gray - 1 {
		x ^= v[bits.TrailingZeros32(gray)]
	}
	return x
}

// scramble permutes the digits of a coordinate as Owen does: each digit is flipped or not
// by a random number that depends on the seed, the dimension and the digits before it. The
// intervals that a digit divides have as many points as before, and each point is uniform
// over all seeds.
func scramble(x uint32, seed uint64, dimension int) uint32 {
	flips := uint32(0)
	for digit := range digits {
		before := uint64(x) >> (digits - digit) // with a leading 1, unique among all digits
		flips |= uint32(mix(mix(seed+uint64(dimension)*golden)+(1<<digit|before))>>63) << (digits - 1 - digit)
	}
	return x ^ flips
}

// golden is 2^64 divided by the golden ratio, the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the output function of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z += golden
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// quantile returns the middle of the interval of 2^−32 that starts at x.
func quantile(x uint32) float64 { return (float64(x) + 0.5) / (1 << digits) }
