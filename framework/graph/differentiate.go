package graph

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// differentiator builds total's expression as a Gorgonia graph that is never run:
// Gorgonia's Grad adds the gradient's nodes to it, and tape.translate converts it to
// instructions. Symbols stand for the operations, so one graph serves both precisions.
// Nodes that do not depend on the variable are leaves.
type differentiator struct {
	b       *Builder
	g       *gorgonia.ExprGraph
	depends []bool                 // by builder node: whether it depends on the variable
	of      map[int]*gorgonia.Node // builder node → Gorgonia node
	id      map[*gorgonia.Node]int // and back
}

// differentiate returns the expression of total's gradient with respect to the variable.
func differentiate(b *Builder, total Node) (*differentiator, *gorgonia.Node, error) {
	d := &differentiator{
		b: b, g: gorgonia.NewGraph(), depends: make([]bool, len(b.nodes)),
		of: map[int]*gorgonia.Node{}, id: map[*gorgonia.Node]int{},
	}
	variableID := -1
	for id, n := range b.nodes {
		d.depends[id] = n.kind == variable
		if n.kind == variable {
			variableID = id
		}
		for _, in := range n.in {
			d.depends[id] = d.depends[id] || d.depends[in] && !n.fn.constant
		}
	}
	if len(total.Shape()) != 0 {
		return nil, nil, fmt.Errorf("graph: only a scalar has a gradient, not a tensor of shape %v", total.Shape())
	}
	if !d.depends[total.id] || total.id == variableID {
		return nil, nil, errNoGradient
	}
	cost, err := d.node(total.id)
	if err != nil {
		return nil, nil, err
	}
	gradients, err := gorgonia.Grad(cost, d.of[variableID])
	if err != nil {
		return nil, nil, fmt.Errorf("graph: differentiate: %w", err)
	}
	if len(gradients) != 1 { // Grad may return nothing, without an error
		return nil, nil, errNoGradient
	}
	return d, gradients[0], nil
}

// node returns the Gorgonia node of builder node id, made on first use.
func (d *differentiator) node(id int) (*gorgonia.Node, error) {
	if n, ok := d.of[id]; ok {
		return n, nil
	}
	var made *gorgonia.Node
	if n := d.b.nodes[id]; d.depends[id] && n.kind == operation {
		inputs := make(gorgonia.Nodes, len(n.in))
		for i, in := range n.in {
			var err error
			if inputs[i], err = d.node(in); err != nil {
				return nil, err
			}
		}
		var err error
		if made, err = gorgonia.ApplyOp(&symbol{d: d, node: id, wrt: -1}, inputs...); err != nil {
			return nil, fmt.Errorf("graph: %s: %w", n.name, err)
		}
	} else {
		// Nodes merge by name: the id makes each one unique.
		made = gorgonia.NewTensor(d.g, tensor.Float64, len(n.shape), gorgonia.WithName(fmt.Sprintf("leaf %d", id)),
			gorgonia.WithShape(n.shape...))
	}
	d.of[id], d.id[made] = made, id
	return made, nil
}

// A symbol is an operation of the builder (wrt < 0) or its gradient for input
// wrt, whose children are dOut, the operation's output and its inputs.
type symbol struct {
	d    *differentiator
	node int
	wrt  int
}

var (
	_ gorgonia.Op   = (*symbol)(nil)
	_ gorgonia.SDOp = (*symbol)(nil)
)

func (s *symbol) recorded() node { return s.d.b.nodes[s.node] }

// operands returns the shapes of the children, then of the result.
func (s *symbol) operands() (in []Shape, out Shape) {
	n := s.recorded()
	for _, id := range n.in {
		in = append(in, s.d.b.nodes[id].shape)
	}
	if s.wrt < 0 {
		return in, n.shape
	}
	return append([]Shape{n.shape, n.shape}, in...), in[s.wrt]
}

func (s *symbol) Arity() int {
	in, _ := s.operands()
	return len(in)
}

func (s *symbol) Type() hm.Type {
	in, out := s.operands()
	types := make([]hm.Type, 0, len(in)+1)
	for _, shape := range append(in, out) {
		if len(shape) == 0 {
			types = append(types, tensor.Float64)
		} else {
			types = append(types, gorgonia.TensorType{Dims: len(shape), Of: tensor.Float64})
		}
	}
	return hm.NewFnType(types...)
}

func (s *symbol) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) {
	_, out := s.operands()
	return tensor.Shape(out).Clone(), nil
}

// DiffWRT is called for every operation of the graph, the gradient's included.
func (s *symbol) DiffWRT(inputs int) []bool {
	wrt := make([]bool, inputs)
	if s.wrt < 0 {
		for i, id := range s.recorded().in {
			wrt[i] = s.d.depends[id]
		}
	}
	return wrt
}

func (s *symbol) SymDiff(inputs gorgonia.Nodes, output, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	gradients := make(gorgonia.Nodes, len(inputs))
	children := append(gorgonia.Nodes{grad, output}, inputs...)
	for i, id := range s.recorded().in {
		if !s.d.depends[id] {
			continue
		}
		var err error
		if gradients[i], err = gorgonia.ApplyOp(&symbol{d: s.d, node: s.node, wrt: i}, children...); err != nil {
			return nil, err
		}
	}
	return gradients, nil
}

func (s *symbol) Do(...gorgonia.Value) (gorgonia.Value, error) {
	return nil, fmt.Errorf("graph: %s: a symbol was run", s.recorded().name)
}

func (s *symbol) ReturnsPtr() bool     { return false }
func (s *symbol) CallsExtern() bool    { return false }
func (s *symbol) OverwritesInput() int { return -1 }

// WriteHash writes the symbol's identity: Gorgonia merges nodes of equal hash.
func (s *symbol) WriteHash(h hash.Hash) { fmt.Fprintf(h, "%d/%d", s.node, s.wrt) }

func (s *symbol) Hashcode() uint32 {
	h := fnv.New32a()
	s.WriteHash(h)
	return h.Sum32()
}

func (s *symbol) String() string {
	if s.wrt < 0 {
		return s.recorded().name
	}
	return fmt.Sprintf("gradient of %s for input %d", s.recorded().name, s.wrt)
}
