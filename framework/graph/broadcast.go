package graph

import "fmt"

// axes views a tensor as [outer, n, inner]: adjacent axes merged into n, those before them
// into outer, those after them into inner.
type axes struct{ outer, n, inner int }

// axesOf returns axes first to last of s.
func axesOf(s Shape, first, last int) axes {
	return axes{s[:first].Len(), s[first : last+1].Len(), s[last+1:].Len()}
}

// broadcast returns the broadcast shape of x and y, which of the two is stretched to it
// (or none), and along which axes. The rule is in the package comment.
func broadcast(x, y Shape) (out Shape, stretched int, along axes, err error) {
	if x.Equal(y) {
		return x, none, axes{1, 1, x.Len()}, nil
	}
	if along, ok := stretch(y, x); ok {
		return x, 1, along, nil
	}
	if along, ok := stretch(x, y); ok {
		return y, 0, along, nil
	}
	return nil, none, axes{}, fmt.Errorf("shapes %v and %v do not fit: one must broadcast to the other", x, y)
}

// stretch returns the axes of large along which small is repeated.
func stretch(small, large Shape) (along axes, ok bool) {
	missing := len(large) - len(small)
	if missing < 0 {
		return axes{}, false
	}
	first, last := none, none
	for i, size := range large {
		own := 1
		if i >= missing {
			own = small[i-missing]
		}
		switch {
		case own == size:
		case own != 1:
			return axes{}, false
		case first == none:
			first, last = i, i
		case large[last+1:i].Len() == 1: // only repeated axes in between
			last = i
		default:
			return axes{}, false
		}
	}
	if first == none { // another rank, same elements
		return axes{1, 1, large.Len()}, true
	}
	return axesOf(large, first, last), true
}

// spread writes elements from, from+1, … of small, [outer, inner], repeated n times
// in between.
func spread[T Float](dst, small []T, a axes, from int) {
	for len(dst) > 0 {
		o, at := from/(a.n*a.inner), from%(a.n*a.inner)
		run := min(len(dst), a.n*a.inner-at)
		row := small[o*a.inner:][:a.inner]
		done := copy(dst[:run], row[at%a.inner:])
		done += copy(dst[done:run], row[:at%a.inner])
		for done < run { // whole rows, doubling each time
			done += copy(dst[done:run], dst[:done])
		}
		dst, from = dst[run:], from+run
	}
}

// chunk is how many elements of a stretched operand are expanded at a time: they fit in L1.
const chunk = 512

// sums adds up tensors along axes, in float64.
type sums[T Float] struct {
	p     Parallel
	along axes
	parts []float64
}

// sumBlock is the number of elements per partial sum.
const sumBlock = 1 << 15

// cut returns the rows of inner elements in a block, the number of blocks that cover the
// axes, and the blocks per task: more than one if short axes make them small.
func (s *sums[T]) cut() (rows, blocks, size int) {
	rows = min(s.along.n, max(1, sumBlock/s.along.inner))
	return rows, (s.along.n + rows - 1) / rows, max(1, sumBlock/(rows*s.along.inner))
}

// tasks returns how many values of task there are.
func (s *sums[T]) tasks() int {
	_, blocks, size := s.cut()
	return (s.along.outer*blocks + size - 1) / size
}

func (s *sums[T]) saved() int64 {
	_, blocks, _ := s.cut()
	return 8 * int64(s.along.outer*blocks*s.along.inner)
}

// into writes factor·Σ values(o, a, i) over a into dst[o, i]. values returns elements
// [from, to), at most chunk of them; concurrent calls have different tasks.
func (s *sums[T]) into(dst []T, factor float64, values func(task, from, to int) []T) {
	a := s.along
	rows, blocks, size := s.cut()
	s.parts = grown(s.parts, a.outer*blocks*a.inner)
	s.p.For(a.outer*blocks, size, func(block0, block1 int) {
		for block := block0; block < block1; block++ {
			row0 := block % blocks * rows
			first := (block/blocks*a.n + row0) * a.inner
			end := first + min(rows, a.n-row0)*a.inner
			part := s.parts[block*a.inner:][:a.inner]
			clear(part)
			for from := first; from < end; from += chunk {
				addRows(part, (from-first)%a.inner, values(block0/size, from, min(end, from+chunk)))
			}
		}
	})
	for o := range a.outer {
		for i := range a.inner {
			total := 0.0
			for block := range blocks {
				total += s.parts[(o*blocks+block)*a.inner+i]
			}
			dst[o*a.inner+i] = T(factor * total)
		}
	}
}

// addRows adds values, which begin at column at of a row, to the row sums.
func addRows[T Float](sums []float64, at int, values []T) {
	if len(sums) == 1 { // four sums, to hide the latency of additions
		var lanes [4]float64
		for ; len(values) >= 4; values = values[4:] {
			lanes[0] += float64(values[0])
			lanes[1] += float64(values[1])
			lanes[2] += float64(values[2])
			lanes[3] += float64(values[3])
		}
		for i, v := range values {
			lanes[i] += float64(v)
		}
		sums[0] += lanes[0] + lanes[1] + lanes[2] + lanes[3]
		return
	}
	for len(values) > 0 {
		row := sums[at:]
		n := min(len(row), len(values))
		for i, v := range values[:n] {
			row[i] += float64(v)
		}
		values, at = values[n:], 0
	}
}
