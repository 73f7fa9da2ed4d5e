package graph

import "slices"

// fuse replaces every ReLU that is the only reader of a convolution by the two
// in one, which never writes the convolution's output.
func (b *Builder) fuse(outputs []Node) {
	readers := make([]int, len(b.nodes))
	for _, n := range b.nodes {
		for _, in := range n.in {
			readers[in]++
		}
	}
	for _, n := range outputs {
		readers[n.id]++
	}
	for id, n := range b.nodes {
		if _, isReLU := n.fn.Single.(*reluKernel[float32]); !isReLU || readers[n.in[0]] != 1 {
			continue
		}
		before := b.nodes[n.in[0]]
		c, isConv := before.fn.Single.(*convKernel[float32])
		if !isConv {
			continue
		}
		b.nodes[id].fn = convolution(b.single, b.double, c.f, b.nodes[before.in[0]].shape, true)
		b.nodes[id].in = slices.Clone(before.in)
		b.nodes[id].name = b.nodes[id].fn.Name
	}
}
