package graph

import (
	"errors"
	"fmt"
	"slices"

	"runexp/framework/compute"
)

// A Builder records operations. Its methods return nodes, not errors: the first error is
// stored, later operations are ignored, and Err and Compile return it. A Builder is used
// by one goroutine and compiled once.
type Builder struct {
	single   compute.Kernels[float32]
	double   compute.Kernels[float64]
	inDouble bool
	nodes    []node
	draws    *draws // nil without any
	err      error
}

// A node is one recorded tensor: the variable, a constant or an operation's output.
type node struct {
	name     string
	label    string // set by Label; may be ""
	shape    Shape
	kind     kind
	constant Tensor   // of a constant
	fn       Function // of an operation
	in       []int    // ids of its inputs, all smaller than its own
}

type kind int

const (
	variable kind = iota
	constant
	operation
)

// NewBuilder returns an empty Builder in single precision whose operations run on k.
func NewBuilder(k compute.Kernels[float32]) *Builder {
	return &Builder{single: k, double: compute.Plain[float64]{}}
}

// NewDoubleBuilder returns an empty Builder in double precision, for checking
// gradients. Its operations run on the plain kernels.
func NewDoubleBuilder() *Builder {
	return &Builder{single: compute.Plain[float32]{}, double: compute.Plain[float64]{}, inDouble: true}
}

// Err returns the first error.
func (b *Builder) Err() error { return b.err }

// Variable adds the tensor that gradients are computed for. A Builder has one.
func (b *Builder) Variable(shape ...int) Node {
	if slices.ContainsFunc(b.nodes, func(n node) bool { return n.kind == variable }) {
		return b.fail(errors.New("graph: a second variable"))
	}
	return b.add(node{name: "variable", shape: shape, kind: variable})
}

// Constant adds a constant tensor. The value is not copied. It may have no elements if
// they are not known yet: the program then has a Memory but cannot be run.
func (b *Builder) Constant(name string, value Tensor) Node {
	if n := len(value.Single) + len(value.Double); n != value.Shape.Len() && !value.unknown() {
		return b.fail(fmt.Errorf("graph: constant %s: %d elements for shape %v", name, n, value.Shape))
	}
	return b.add(node{name: name, shape: value.Shape, kind: constant, constant: value})
}

// Label sets the name of n in messages and timings, "conv4_4" for example.
func (b *Builder) Label(n Node, label string) {
	if n.Valid() {
		b.nodes[n.id].label = label
	}
}

// title is n's name in messages.
func (n node) title() string {
	if n.label != "" {
		return n.name + " " + n.label
	}
	return n.name
}

// Apply adds a custom operation, for what no other method expresses.
func (b *Builder) Apply(fn Function, in ...Node) Node {
	if b.err != nil {
		return Node{}
	}
	ids, shapes := make([]int, len(in)), make([]Shape, len(in))
	for i, n := range in {
		if n.b != b {
			return b.fail(fmt.Errorf("graph: %s: input %d belongs to another builder", fn.Name, i))
		}
		ids[i], shapes[i] = n.id, n.Shape()
	}
	if len(in) == 0 {
		return b.fail(fmt.Errorf("graph: %s: no inputs", fn.Name))
	}
	shape, err := fn.Shape(shapes)
	if err != nil {
		return b.fail(fmt.Errorf("%s: %w", fn.Name, err))
	}
	return b.add(node{name: fn.Name, shape: shape, kind: operation, fn: fn, in: ids})
}

func (b *Builder) add(n node) Node {
	if b.err != nil {
		return Node{}
	}
	if len(n.shape) > 0 && slices.Min(n.shape) < 1 {
		return b.fail(fmt.Errorf("graph: %s: empty shape %v", n.name, n.shape))
	}
	b.nodes = append(b.nodes, n)
	return Node{b, len(b.nodes) - 1}
}

func (b *Builder) fail(err error) Node {
	if b.err == nil {
		b.err = err
	}
	return Node{}
}
