//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

// A strip of A, matMulRows × matMulDepth elements, fits in L2 with a panel of B. matMulDepth
// is also the length of partial sums, which makes long sums more accurate than one running
// sum in float32.
const (
	matMulRowsAtOnce  = 240 // a multiple of the product's rows
	matMulDepthAtOnce = 256
)

// MatMul packs B into panels, as filters are, and splits A into strips of rows. The order of
// an element's sum over depth does not depend on the split.
func (n *native) MatMul(dst, a, b []float32, rows, depth, columns int, aT, bT bool) {
	checkMatMul(len(dst), len(a), len(b), rows, depth, columns)
	packed := n.take(depth * blocks(columns) * block)
	defer n.give(packed)
	n.packMatrix(packed, b, depth, columns, bT)
	const least = 12 // the product's rows
	strip := min(matMulRowsAtOnce, (rows/(4*n.threads)+least-1)/least*least)
	n.strips(rows, max(strip, least), func(worker, r0, r1 int) {
		for k0 := 0; k0 < depth; k0 += matMulDepthAtOnce {
			k1 := min(depth, k0+matMulDepthAtOnce)
			s := C.matrix_strip{
				rows: size(r1 - r0), columns: size(columns), depth: size(depth), k0: size(k0), k1: size(k1),
				row_a: size(depth), step_a: 1,
			}
			from := a[min(r0*depth+k0, len(a)):]
			if aT { // rows of Aᵀ are far apart: copy the part needed of each
				high := r1 - r0
				from = n.scratch(worker, high*(k1-k0))
				for k := k0; k < k1; k++ {
					copy(from[(k-k0)*high:][:high], a[k*rows+r0:])
				}
				s.row_a, s.step_a = 1, size(high)
			}
			C.call_matrix_rows(n.table, pointer(dst[r0*columns:]), pointer(from), pointer(packed), s)
		}
	})
}

// packMatrix is packInto for B, [depth, columns], or stored as Bᵀ.
func (n *native) packMatrix(packed, b []float32, depth, columns int, bT bool) {
	n.eachPanel(columns, func(first, width int) {
		panel, filled := packed[first*depth:][:depth*width], min(width, columns-first)
		if filled < width { // the padding's results are unused, but denormals in it would be slow
			clear(panel)
		}
		if !bT {
			for k := range depth {
				copy(panel[k*width:][:filled], b[k*columns+first:])
			}
			return
		}
		for i := range filled {
			for k, v := range b[(first+i)*depth:][:depth] {
				panel[k*width+i] = v
			}
		}
	})
}
