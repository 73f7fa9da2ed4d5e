package transport

import (
	"math"
	"slices"

	"runexp/framework/graph"
)

// A sorter is the memory of sorting numbers in ascending order, NaN last. What its methods return is
// valid until the next call.
type sorter[T graph.Float] struct {
	at     []uint32
	values []T
	// Of single precision, in which runs are: numbers with their places, and alone.
	words, otherWords []uint64
	keys, otherKeys   []uint32
}

// order returns the places in x of its numbers in ascending order, equal ones as they are in x.
func (s *sorter[T]) order(x []T) []uint32 {
	s.at = resized(s.at, len(x))
	single, is := any(x).([]float32)
	if !is {
		for i := range s.at {
			s.at[i] = uint32(i)
		}
		slices.SortStableFunc(s.at, func(i, j uint32) int { return compare(x[i], x[j]) })
		return s.at
	}
	s.words, s.otherWords = resized(s.words, len(x)), resized(s.otherWords, len(x))
	var counts [passes][values]int32
	for i, v := range single {
		k := key(v)
		s.words[i] = uint64(k)<<32 | uint64(i)
		count(&counts, k)
	}
	for i, word := range radixSort(s.words, s.otherWords, &counts, 32) {
		s.at[i] = uint32(word)
	}
	return s.at
}

// ascending returns the numbers of x in ascending order.
func (s *sorter[T]) ascending(x []T) []T {
	s.values = resized(s.values, len(x))
	single, is := any(x).([]float32)
	if !is {
		copy(s.values, x)
		slices.SortFunc(s.values, compare)
		return s.values
	}
	s.keys, s.otherKeys = resized(s.keys, len(x)), resized(s.otherKeys, len(x))
	var counts [passes][values]int32
	for i, v := range single {
		s.keys[i] = key(v)
		count(&counts, s.keys[i])
	}
	for i, k := range radixSort(s.keys, s.otherKeys, &counts, 0) {
		s.values[i] = T(number(k))
	}
	return s.values
}

// resized returns n elements in the memory of s, if they fit; their values are of no meaning.
func resized[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n)
	}
	return s[:n]
}

// compare is of numbers with NaN last.
func compare[T graph.Float](a, b T) int {
	switch {
	case a < b || a == a && b != b:
		return -1
	case a > b || a != a && b == b:
		return 1
	}
	return 0
}

// digit is how many bits of a number one pass sorts by: 256 places that are written to at once stay in
// the cache. passes is how many there are.
const (
	digit  = 8
	passes = 32 / digit
	values = 1 << digit
)

// count counts the digits of a key.
func count(counts *[passes][values]int32, key uint32) {
	for p := range passes {
		counts[p][key>>(digit*p)%values]++
	}
}

// radixSort returns words, or other, in ascending order of the 32 bits from first on, whose digits have
// been counted: a stable sort by one digit after another from the lowest. A digit that all have is
// skipped.
func radixSort[W uint32 | uint64](words, other []W, counts *[passes][values]int32, first int) []W {
	for p := range passes {
		begin := &counts[p]
		shift := (first + digit*p) & 63
		if len(words) > 0 && int(begin[words[0]>>shift%values]) == len(words) {
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
// order already. −0 is 0.
func key(v float32) uint32 {
	if v != v {
		return math.MaxUint32
	}
	bits := math.Float32bits(v + 0)
	return bits ^ (uint32(int32(bits)>>31) | 1<<31) // all bits of negative ones, the sign of others
}

// number returns what key was of.
func number(key uint32) float32 {
	return math.Float32frombits(key ^ (^uint32(int32(key)>>31) | 1<<31))
}
