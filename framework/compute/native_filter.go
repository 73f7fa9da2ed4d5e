//go:build cgo && (amd64 || arm64)

package compute

// prepare returns f's kernel in the layout for pass's C kernels. All forms are matrices
// [depth, columns] in panels of n.panel columns, the last one of the remaining blocks; a
// panel is stored row by row.
func (n *native) prepare(f *Filter, p pass) []float32 {
	return f.prepared.get(form{p, n.panel}, func() []float32 {
		switch p {
		case winogradForward, winogradFine:
			return n.prepareWinograd(p.tile(), f.In, f.Out, func(in, out int) (k [9]float32) {
				copy(k[:], f.Kernel[(out*f.In+in)*9:])
				return k
			})
		case winogradBackward, winogradBackward6:
			return n.prepareWinograd(p.tile(), f.Out, f.In, func(in, out int) (k [9]float32) {
				for i := range k {
					k[i] = f.Kernel[(in*f.In+out)*9+8-i]
				}
				return k
			})
		case directForward:
			return n.pack(f.KH*f.KW*f.In, f.Out, func(row, column int) float32 {
				tap, in := row/f.In, row%f.In
				return f.Kernel[(column*f.In+in)*f.KH*f.KW+tap]
			})
		}
		matrices := make([]float32, 0, f.KH*f.Out*blocks(f.KW*f.In)*block)
		for ky := range f.KH {
			matrices = append(matrices, n.pack(f.Out, f.KW*f.In, func(row, column int) float32 {
				kx, in := column/f.In, column%f.In
				return f.Kernel[(row*f.In+in)*f.KH*f.KW+ky*f.KW+kx]
			})...)
		}
		return matrices
	})
}

func (n *native) pack(depth, columns int, at func(row, column int) float32) []float32 {
	packed := Aligned[float32](depth * blocks(columns) * block)
	n.packInto(packed, depth, columns, at)
	return packed
}

// packInto lays a matrix out in panels, with zeros in the columns that fill the last block.
func (n *native) packInto(packed []float32, depth, columns int, at func(row, column int) float32) {
	n.eachPanel(columns, func(first, width int) {
		panel := packed[first*depth:]
		clear(panel[:depth*width])
		for row := range depth {
			for i := range min(width, columns-first) {
				panel[row*width+i] = at(row, first+i)
			}
		}
	})
}

// prepareWinograd lays the matrices [in, out] of the transformed kernels, one for
// each position, out in panels, with zeros in the rows and columns that fill
// the last blocks.
func (n *native) prepareWinograd(tile, in, out int, kernel func(in, out int) [9]float32) []float32 {
	g := winogradG(tile)
	positions := winogradPositions(tile)
	depth := blocks(in) * block
	plane := depth * blocks(out) * block
	packed := Aligned[float32](positions * plane)
	n.eachPanel(out, func(first, width int) {
		transformed := make([]float64, positions)
		for row := range in {
			for i := range min(width, out-first) {
				k := kernel(row, first+i)
				winogradKernel(transformed, g, &k)
				for xi, u := range transformed {
					packed[xi*plane+first*depth+row*width+i] = float32(u)
				}
			}
		}
	})
	return packed
}

// eachPanel calls f in parallel for the first column and the width of each panel.
func (n *native) eachPanel(columns int, f func(first, width int)) {
	n.strips(blocks(columns)*block, n.panel, func(_, first, end int) { f(first, end-first) })
}
