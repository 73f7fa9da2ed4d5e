package graph

import (
	"cmp"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/graph"
	"gorgonia.org/gorgonia"
)

// A tape is the list of instructions that compute the requested nodes, operands first.
type tape struct {
	b            *Builder
	instructions []instruction
	forward      map[int]int // builder node → instruction
	gradient     int         // the instruction that computes it, or -1
	kept         []int       // instructions whose results stay valid after the run
}

// An instruction computes one tensor. Operands are positions on the tape, or none if the
// kernel does not read them.
type instruction struct {
	op    opcode
	node  int // of the builder, for all but seed and add
	wrt   int // backward: for which input
	shape Shape

	in    []int // forward: the inputs; backward: the inputs, or nil; add: the two summands; view: the operand
	onto  int   // backward: the gradient that the result is added to, or none
	dOut  int   // backward
	out   int   // backward: the output, or none
	after int   // backward: the forward instruction, whose kernel has saved state
}

type opcode int

const (
	load     opcode = iota // the variable or a constant
	seed                   // the scalar 1: the gradient of the total with respect to itself
	forward                // Kernel.Forward
	backward               // Kernel.Backward
	add                    // the sum of two gradients
	view                   // the operand's memory in another shape
)

const none = -1

// operands are the instructions whose results i reads.
func (i instruction) operands() []int {
	all := i.in
	if i.op == backward {
		all = append(slices.Clone(i.in), i.dOut)
		if i.onto != none {
			all = append(all, i.onto)
		}
		if i.out != none {
			all = append(all, i.out)
		}
	}
	return all
}

// newTape returns the instructions for outputs and, unless gradient is nil, for the gradient
// from d.
func newTape(b *Builder, outputs []Node, d *differentiator, gradient *gorgonia.Node) (*tape, error) {
	t := &tape{b: b, forward: map[int]int{}, gradient: none}
	if gradient != nil {
		var err error
		if t.gradient, err = t.translate(d, map[*gorgonia.Node]int{}, gradient); err != nil {
			return nil, err
		}
		t.kept = append(t.kept, t.gradient)
		t.mergeSums()
	}
	for _, out := range outputs {
		t.kept = append(t.kept, t.value(out.id))
	}
	t.order()
	return t, nil
}

func (t *tape) add(i instruction) int {
	t.instructions = append(t.instructions, i)
	return len(t.instructions) - 1
}

// value returns the instruction that computes builder node id.
func (t *tape) value(id int) int {
	if i, ok := t.forward[id]; ok {
		return i
	}
	n := t.b.nodes[id]
	i := instruction{op: load, node: id, shape: n.shape, onto: none, dOut: none, out: none, after: none}
	if n.kind == operation {
		i.op = forward
		if n.fn.view {
			i.op = view
		}
		i.in = t.values(n.in)
	}
	t.forward[id] = t.add(i)
	return t.forward[id]
}

func (t *tape) values(ids []int) []int {
	out := make([]int, len(ids))
	for i, id := range ids {
		out[i] = t.value(id)
	}
	return out
}

// translate returns the instruction for a node of d's graph: a symbol, a leaf, or one added
// by Grad, which is the constant 1 or a sum.
func (t *tape) translate(d *differentiator, done map[*gorgonia.Node]int, n *gorgonia.Node) (int, error) {
	if i, ok := done[n]; ok {
		return i, nil
	}
	if id, ok := d.id[n]; ok {
		return t.value(id), nil
	}
	children := graph.NodesOf(d.g.From(n.ID()))
	operand := func(i int) (int, error) { return t.translate(d, done, children[i].(*gorgonia.Node)) }
	i := instruction{shape: Shape(n.Shape()), onto: none, dOut: none, out: none, after: none}
	s, isSymbol := n.Op().(*symbol)
	switch {
	case isSymbol:
		dOut, err := operand(0)
		if err != nil {
			return 0, err
		}
		if t.b.nodes[s.node].fn.view {
			i.op, i.node, i.in = view, s.node, []int{dOut}
			break
		}
		i.op, i.node, i.wrt, i.dOut = backward, s.node, s.wrt, dOut
		i.after = t.value(s.node)
		needs := t.b.nodes[s.node].fn.Needs
		if needs.inputs() {
			i.in = t.values(t.b.nodes[s.node].in)
		}
		if needs.output() {
			i.out = i.after
		}
	case len(children) == 0:
		i.op = seed
	case len(children) == 2:
		i.op, i.in = add, make([]int, 2)
		for k := range i.in {
			var err error
			if i.in[k], err = operand(k); err != nil {
				return 0, err
			}
		}
	default:
		return 0, fmt.Errorf("graph: Gorgonia's gradient holds an unexpected operation %v", n.Op())
	}
	done[n] = t.add(i)
	return done[n], nil
}

// mergeSums replaces a sum of two gradients by an accumulating kernel, if one summand is
// computed for the sum alone by an adder.
func (t *tape) mergeSums() {
	readers := make([]int, len(t.instructions))
	for _, i := range t.instructions {
		for _, o := range i.operands() {
			readers[o]++
		}
	}
	for at, i := range t.instructions {
		if i.op != add {
			continue
		}
		for k, o := range i.in {
			merged := t.instructions[o]
			if merged.op != backward || merged.onto != none || readers[o] != 1 {
				continue
			}
			if _, can := t.b.nodes[merged.node].fn.Single.(adder[float32]); can {
				merged.onto = i.in[1-k]
				t.instructions[at] = merged
				break
			}
		}
	}
}

// order sorts the tape depth first from the kept results, the longest path first: a tap's
// own gradient is then computed just before it is added to the one from deeper layers.
func (t *tape) order() {
	height := make([]int, len(t.instructions))
	for i := range t.instructions { // operands have smaller positions: see add
		for _, o := range t.dependencies(i) {
			height[i] = max(height[i], height[o]+1)
		}
	}
	position := make([]int, len(t.instructions))
	for i := range position {
		position[i] = none
	}
	var sorted []instruction
	var visit func(i int)
	visit = func(i int) {
		if position[i] != none {
			return
		}
		before := t.dependencies(i)
		slices.SortStableFunc(before, func(a, b int) int { return cmp.Compare(height[b], height[a]) })
		for _, o := range before {
			visit(o)
		}
		position[i] = len(sorted)
		sorted = append(sorted, t.instructions[i])
	}
	for _, k := range t.kept {
		visit(k)
	}
	move := func(i *int) {
		if *i != none {
			*i = position[*i]
		}
	}
	for i := range sorted {
		for k := range sorted[i].in {
			move(&sorted[i].in[k])
		}
		move(&sorted[i].onto)
		move(&sorted[i].dOut)
		move(&sorted[i].out)
		move(&sorted[i].after)
	}
	for id, i := range t.forward {
		t.forward[id] = position[i]
	}
	for k := range t.kept {
		move(&t.kept[k])
	}
	move(&t.gradient)
	t.instructions = sorted
}

// dependencies are the instructions that must run before instruction i.
func (t *tape) dependencies(i int) []int {
	before := slices.Clone(t.instructions[i].operands())
	if after := t.instructions[i].after; after != none {
		before = append(before, after)
	}
	return before
}

// describe names what instruction i does.
func (t *tape) describe(i int) string {
	switch in := t.instructions[i]; in.op {
	case load:
		return "load " + t.b.nodes[in.node].name
	case forward, view:
		return t.b.nodes[in.node].title()
	case backward:
		return "gradient of " + t.b.nodes[in.node].title()
	case add:
		return "sum of gradients"
	}
	return "seed"
}
