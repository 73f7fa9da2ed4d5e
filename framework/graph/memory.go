package graph

import (
	"cmp"
	"slices"
)

// A layout assigns each instruction's result its place in one arena. Results that are not
// needed at the same time share memory: Gorgonia's tape machine would keep every node's
// value to the end.
type layout struct {
	offset []int // by instruction, in elements; none for loads and views
	size   int   // of the arena, in elements
}

// alignment is the unit of placement in elements: a cache line of float32.
const alignment = 16

// plan lays out the tape's results. A storage is live from the instruction that writes it
// to the last one that reads it; kept results are always live. The sum of two gradients is
// computed in place over one of them, whose lifetime ends there.
func plan(t *tape) layout {
	n := len(t.instructions)
	lastRead := make([]int, n) // of a result, views included
	for i, instruction := range t.instructions {
		for _, o := range instruction.operands() {
			lastRead[t.seen(o)] = i
		}
	}
	for _, k := range t.kept {
		lastRead[t.seen(k)] = n
	}

	type storage struct{ size, begin, end, offset int }
	var storages []*storage
	of := make([]*storage, n)
	for i, instruction := range t.instructions {
		if instruction.op == load || instruction.op == view {
			continue
		}
		if o := t.overwritten(i, lastRead); o != none {
			of[i] = of[o]
			of[i].end = max(i, lastRead[i])
			continue
		}
		size := (instruction.shape.Len() + alignment - 1) / alignment * alignment
		of[i] = &storage{size: size, begin: i, end: max(i, lastRead[i])}
		storages = append(storages, of[i])
	}

	// Largest first, each at the lowest offset free during its lifetime: greedy by
	// size, as in Pisarchyk and Lee 2020 (arXiv:2001.03288).
	slices.SortStableFunc(storages, func(a, b *storage) int { return cmp.Compare(b.size, a.size) })
	l := layout{offset: make([]int, n)}
	var placed []*storage // by offset
	for _, s := range storages {
		for _, p := range placed {
			overlap := s.begin <= p.end && p.begin <= s.end
			if overlap && s.offset < p.offset+p.size && p.offset < s.offset+s.size {
				s.offset = p.offset + p.size
			}
		}
		placed = append(placed, s)
		slices.SortStableFunc(placed, func(a, b *storage) int { return cmp.Compare(a.offset, b.offset) })
		l.size = max(l.size, s.offset+s.size)
	}
	for i := range of {
		l.offset[i] = none
		if of[i] != nil {
			l.offset[i] = of[i].offset
		}
	}
	return l
}

// overwritten returns the summand that instruction i may overwrite with its sum: one that
// was computed for it alone. It is none for all other instructions.
func (t *tape) overwritten(i int, lastRead []int) int {
	var summands []int
	switch instruction := t.instructions[i]; {
	case instruction.op == add:
		summands = instruction.in
	case instruction.op == backward && instruction.onto != none:
		summands = []int{instruction.onto}
	}
	for _, o := range summands {
		if op := t.instructions[o].op; lastRead[o] == i && op != load && op != view {
			return o
		}
	}
	return none
}

// seen returns the instruction whose memory instruction i's result is.
func (t *tape) seen(i int) int {
	for t.instructions[i].op == view {
		i = t.instructions[i].in[0]
	}
	return i
}
