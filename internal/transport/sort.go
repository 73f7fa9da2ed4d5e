package transport

import (
	"cmp"
	"math"
	"slices"

	"runexp/framework/graph"
)

// sorted is numbers in ascending order, NaN last, and where each was.
type sorted[T graph.Float] struct {
	values []T
	at     []uint32
	// A number of 32 bits and its place are one word.
	words, other []uint64
}

func newSorted[T graph.Float](n int) sorted[T] {
	return sorted[T]{values: make([]T, n), at: make([]uint32, n), words: make([]uint64, n), other: make([]uint64, n)}
}

// sort sets s to the numbers of x, equal ones in the order of x.
func (s *sorted[T]) sort(x []T) {
	single, is := any(x).([]float32)
	if !is {
		for i := range s.at {
			s.at[i] = uint32(i)
		}
		slices.SortStableFunc(s.at, func(i, j uint32) int { return compare(x[i], x[j]) })
		for rank, at := range s.at {
			s.values[rank] = x[at]
		}
		return
	}
	for i, word := range radixSort(single, s.words, s.other) {
		at := uint32(word)
		s.at[i], s.values[i] = at, x[at]
	}
}

// compare is of numbers with NaN last.
func compare[T graph.Float](a, b T) int {
	switch nanA, nanB := a != a, b != b; {
	case nanA && nanB:
		return 0
	case nanA:
		return 1
	case nanB:
		return -1
	}
	return cmp.Compare(a, b)
}

// digit is the bits of a number that one pass sorts by: 256 places that are written to at once stay in
// the cache. passes is how many there are.
const (
	digit  = 8
	passes = 32 / digit
	values = 1 << digit
)

// radixSort returns words, or other, with key(x[i])·2³² + i in ascending order: a stable sort by one digit
// after another from the lowest. A digit that is the same in all is skipped.
func radixSort(x []float32, words, other []uint64) []uint64 {
	var counts [passes][values]int32
	for i, v := range x {
		k := key(v)
		words[i] = uint64(k)<<32 | uint64(i)
		for p := range passes {
			counts[p][k>>(digit*p)%values]++
		}
	}
	for p := range passes {
		begin := &counts[p]
		shift := 32 + digit*p
		if len(x) > 0 && int(begin[words[0]>>shift%values]) == len(x) {
			continue
		}
		sum := int32(0)
		for i, n := range begin {
			begin[i] = sum
			sum += n
		}
		for _, w := range words {
			d := w >> shift % values
			other[begin[d]] = w
			begin[d]++
		}
		words, other = other, words
	}
	return words
}

// key returns an integer in the order of v, with NaN last: the bits of floats of one sign are in
// order already.
func key(v float32) uint32 {
	if v != v {
		return math.MaxUint32
	}
	bits := math.Float32bits(v + 0) // −0 becomes 0
	if bits>>31 != 0 {
		return ^bits
	}
	return bits | 1<<31
}
