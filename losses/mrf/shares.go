package mrf

import "runexp/framework/graph"

// shares returns for each position of a layer 1 over the number of patches that it is in, [H W 1].
func (l *Loss) shares(layer graph.Shape) graph.Tensor {
	h, w := layer[0], layer[1]
	rows, columns := l.covering(h), l.covering(w)
	values := make([]float64, h*w)
	for i := range values {
		values[i] = 1 / float64(rows[i/w]*columns[i%w])
	}
	return graph.Double(graph.Shape{h, w, 1}, values)
}

// covering returns how many patches along a side of n positions each position is in.
func (l *Loss) covering(n int) []int {
	count := make([]int, n)
	for _, start := range graph.PatchStarts(n, l.c.Patch, l.c.Stride) {
		for i := range l.c.Patch {
			count[start+i]++
		}
	}
	return count
}
