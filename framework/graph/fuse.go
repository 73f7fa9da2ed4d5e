package graph

import "slices"

// fuse merges ReLUs into adjacent convolutions: into the one before if the ReLU is its only
// reader, so that its output is never written; into the one after if the ReLU's input has
// other readers and stays in memory anyway. First it makes Gram matrices of a picture's
// first layer read the layer's input instead.
func (b *Builder) fuse(outputs []Node) {
	for id := range b.nodes {
		b.mergeGram(id)
	}
	readers := make([]int, len(b.nodes))
	only := make([]int, len(b.nodes)) // the last reader, the only one if there is one
	for id, n := range b.nodes {
		for _, in := range n.in {
			readers[in]++
			only[in] = id
		}
	}
	for _, n := range outputs {
		readers[n.id]++
	}
	for id, n := range b.nodes {
		if _, isReLU := n.fn.Single.(*reluKernel[float32]); !isReLU {
			continue
		}
		before := n.in[0]
		if readers[before] == 1 {
			b.merge(id, before, rectifiers{after: true})
		} else if readers[id] == 1 {
			b.merge(only[id], id, rectifiers{before: true})
		}
	}
}

// merge merges node id with the node it reads, if one is a convolution and the other the
// ReLU that r specifies.
func (b *Builder) merge(id, first int, r rectifiers) {
	convolutionID := first
	if r.before {
		convolutionID = id
	}
	c, isConv := b.nodes[convolutionID].fn.Single.(*convKernel[float32])
	if !isConv {
		return
	}
	r.before, r.after = r.before || c.before, r.after || c.after
	in := b.nodes[first].in
	b.nodes[id].fn = convolution(b.single, b.double, c.f, b.nodes[in[0]].shape, r)
	b.nodes[id].in = slices.Clone(in)
	b.nodes[id].name = b.nodes[id].fn.Name
}

// mergeGram makes node id, if it is the Gram matrix of a convolution of few channels,
// read the convolution's own input.
func (b *Builder) mergeGram(id int) {
	g, isGram := b.nodes[id].fn.Single.(gramKernel[float32])
	if !isGram {
		return
	}
	before := b.nodes[b.nodes[id].in[0]]
	c, isConv := before.fn.Single.(*convKernel[float32])
	if !isConv || c.before || c.after || !c.f.PatchesPay() {
		return
	}
	b.nodes[id].fn = convGram(b.single, b.double, c.f, b.nodes[before.in[0]].shape, g.scale)
	b.nodes[id].in = slices.Clone(before.in)
	b.nodes[id].name = b.nodes[id].fn.Name
}
