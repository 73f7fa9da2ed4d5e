//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

// A strip of A, matMulRows × matMulDepth numbers, stays in L2 with a panel of B
// beside it. matMulDepth is also what is summed in one go: each such sum is
// added to those before it, so that long sums lose less than one running sum
// in float32 would.
const (
	matMulRowsAtOnce  = 240 // a multiple of what the product takes at once
	matMulDepthAtOnce = 256
)

// MatMul packs B into panels, as filters are, and cuts A into strips of rows.
// An element's sum runs over depth in the same order wherever the cuts are.
func (n *native) MatMul(dst, a, b []float32, rows, depth, columns int, aT, bT bool) {
	checkMatMul(len(dst), len(a), len(b), rows, depth, columns)
	packed := n.take(depth * blocks(columns) * block)
	defer n.give(packed)
	n.packMatrix(packed, b, depth, columns, bT)
	const least = 12 // what the product takes at once
	strip := min(matMulRowsAtOnce, (rows/(4*n.threads)+least-1)/least*least)
	n.strips(rows, max(strip, least), func(worker, r0, r1 int) {
		for k0 := 0; k0 < depth; k0 += matMulDepthAtOnce {
			k1 := min(depth, k0+matMulDepthAtOnce)
			s := C.matrix_strip{
				rows: size(r1 - r0), columns: size(columns), depth: size(depth), k0: size(k0), k1: size(k1),
				row_a: size(depth), step_a: 1,
			}
			from := a[min(r0*depth+k0, len(a)):]
			if aT { // rows of Aᵀ are far apart: take what is needed of each
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
		if filled < width { // what fills it up is never read out, but denormal numbers would be slow
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
