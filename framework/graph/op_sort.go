package graph

import (
	"fmt"
	"math"
)

// Sort returns x sorted along its first axis in ascending order, each column separately,
// and ArgSort's positions. The gradient goes to the elements' original positions.
//
// Shapes: [N …] → [N …], [N …]
func (b *Builder) Sort(x Node) (sorted, order Node) {
	order = b.ArgSort(x)
	return b.GatherEach(x, order), order
}

// ArgSort returns the positions along the first axis that sort x: stable, ascending, NaN
// last. It is an index for GatherEach and has no gradient.
//
// Shapes: [N …] → [N …]
func (b *Builder) ArgSort(x Node) Node {
	s := x.Shape()
	k := argSort{p: b.Parallel()}
	if len(s) > 0 {
		k.n, k.columns = s[0], s[1:].Len()
	}
	return b.Apply(Function{
		Name: "sort",
		Shape: func(in []Shape) (Shape, error) {
			if len(in[0]) == 0 {
				return nil, fmt.Errorf("input %v has no first axis", in[0])
			}
			return in[0], fitsIndex(in[0], in[0][0])
		},
		Single:   &argSortKernel[float32]{argSort: k},
		Double:   &argSortKernel[float64]{argSort: k},
		Needs:    NeedsNothing,
		constant: true,
	}, x)
}

type argSort struct {
	p          Parallel
	n, columns int
	work       [][2][]keyed // for each task
}

// keyed is an element's sort key and its original position.
type keyed struct {
	key uint64
	at  uint32
}

// columnsAtOnce is how many columns one task sorts.
const columnsAtOnce = 4

func (k *argSort) saved(int) int64 {
	return int64((k.columns+columnsAtOnce-1)/columnsAtOnce) * 2 * 16 * int64(k.n)
}

type argSortKernel[T Float] struct{ argSort }

func (k *argSortKernel[T]) Forward(dst []T, in [][]T) {
	k.work = grown(k.work, (k.columns+columnsAtOnce-1)/columnsAtOnce)
	k.p.For(k.columns, columnsAtOnce, func(from, to int) {
		work := &k.work[from/columnsAtOnce]
		work[0], work[1] = grown(work[0], k.n), grown(work[1], k.n)
		for c := from; c < to; c++ {
			for i := range work[0] {
				work[0][i] = keyed{sortKey(in[0][i*k.columns+c]), uint32(i)}
			}
			for i, e := range radixSort(work[0], work[1]) {
				dst[i*k.columns+c] = T(e.at)
			}
		}
	})
}

func (k *argSortKernel[T]) Backward([]T, int, []T, [][]T, []T) { panic(noGradient) }

// sortKey returns an integer in the order of v, with NaN last: the bits of floats of one
// sign are in order already.
func sortKey[T Float](v T) uint64 {
	if v != v {
		return math.MaxUint64
	}
	if single, ok := any(v).(float32); ok {
		bits := math.Float32bits(single + 0) // −0 becomes 0
		if bits>>31 != 0 {
			return uint64(^bits)
		}
		return uint64(bits | 1<<31)
	}
	bits := math.Float64bits(float64(v) + 0)
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}

// radixSort is a stable sort by key, eleven bits at a time from the lowest, skipping digits
// that are the same in all keys. work has the same length as s; it returns whichever of the
// two holds the result.
func radixSort(s, work []keyed) []keyed {
	const digits, values = 11, 1 << 11
	var differ uint64
	for _, e := range s {
		differ |= e.key ^ s[0].key
	}
	for shift := 0; shift < 64; shift += digits {
		if differ>>shift%values == 0 {
			continue
		}
		var begin [values]int32
		for _, e := range s {
			begin[e.key>>shift%values]++
		}
		sum := int32(0)
		for i, n := range begin {
			begin[i] = sum
			sum += n
		}
		for _, e := range s {
			digit := e.key >> shift % values
			work[begin[digit]] = e
			begin[digit]++
		}
		s, work = work, s
	}
	return s
}
