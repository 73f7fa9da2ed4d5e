//go:build cgo && (amd64 || arm64)

package compute

// #include "kernels.h"
import "C"

import "unsafe"

// winogradConv is a 3×3 convolution of stride 1, forward or backward.
type winogradConv struct {
	h, w, in    int // of the picture that is convolved
	oh, ow, out int // of the result
	pad         int
	tile        int // 6, 4 or 2: F(tile×tile, 3×3)
	filter      []float32
	bias        []float32 // nil: 0
	rectify     C.int     // 1: the picture goes through ReLU first
	inMask      []uint64  // nil: all of the picture counts
	outMask     []uint64  // nil: no ReLU
	gate        []float32 // nil, or the result is 0 where this is not > 0
	list        []int32   // nil: all tiles; or those to compute
	flat        []int32   // nil, or what winograd_flat finds of each tile
}

func (c winogradConv) tiles() (across, all int) {
	across = (c.ow + c.tile - 1) / c.tile
	return across, across * ((c.oh + c.tile - 1) / c.tile)
}

// A strip's transformed picture and result stay in a cache; which cache depends on the
// transformed filter. A small filter is cheap to reread for each strip: each worker takes
// its own strips through all three stages in its own L2. A large filter is read once per
// strip, which all workers share stage by stage and which is half as large as the filter,
// so that reading either is cheap compared to the arithmetic. Measured on Zen 4 (1 MiB of
// L2, 32 MiB of L3).
const (
	smallFilter  = 4 << 20 // bytes
	privateStrip = 1 << 20
)

func (n *native) winograd(dst, src []float32, c winogradConv) {
	across, tiles := c.tiles()
	if c.list != nil {
		tiles = len(c.list)
	}
	positions := winogradPositions(c.tile)
	apart := positions
	if apart%32 == 0 {
		apart++ // at powers of two all tiles would share a set of the cache
	}
	tileBytes := apart * 4 * block * (blocks(c.in) + blocks(c.out))
	filterBytes := 4 * len(c.filter)
	private := filterBytes <= smallFilter
	budget := max(filterBytes/2, privateStrip)
	if private {
		budget = privateStrip
	}
	strip := stripTiles(tiles, budget/tileBytes)
	step := (apart*strip + 1) * block // and so would blocks of channels
	length := step * (blocks(c.in) + blocks(c.out))
	s := C.winograd{
		h: size(c.h), w: size(c.w), in: size(c.in), oh: size(c.oh), ow: size(c.ow), out: size(c.out),
		pad: size(c.pad), across: size(across), positions: size(positions), apart: size(apart), step_in: size(step), step_out: size(step), rectify: c.rectify,
	}
	run := winogradRun{native: n, winogradConv: &c, dst: dst, src: src, shape: s}
	if private {
		n.strips(tiles, strip, func(worker, first, end int) {
			buffer := n.scratch(worker, length)
			r := run.strip(first, end, buffer)
			r.transform(first, end)
			r.multiply(0, positions)
			r.finish(first, end)
		})
		return
	}
	buffer := n.take(length)
	defer n.give(buffer)
	for first := 0; first < tiles; first += strip {
		r := run.strip(first, min(first+strip, tiles), buffer)
		chunk := (r.end - r.first + 4*n.threads - 1) / (4 * n.threads)
		n.strips(r.end-r.first, chunk, func(_, t0, t1 int) { r.transform(r.first+t0, r.first+t1) })
		n.strips(positions, 1, func(_, xi0, xi1 int) { r.multiply(xi0, xi1) })
		n.strips(r.end-r.first, chunk, func(_, t0, t1 int) { r.finish(r.first+t0, r.first+t1) })
	}
}

// winogradFlat is winograd with F(4×4), except for tiles that touch a flat area of the
// picture, which are recomputed by F(2×2) with the filter fine.
func (n *native) winogradFlat(dst, src []float32, c winogradConv, fine []float32) {
	across, tiles := c.tiles()
	buffer := n.take(5 * tiles)
	defer n.give(buffer)
	numbers := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(buffer))), len(buffer))
	c.flat = numbers[:tiles]
	n.winograd(dst, src, c)

	again := c
	again.tile, again.filter, again.flat = 2, fine, nil
	acrossFine, _ := again.tiles()
	again.list = numbers[tiles:tiles]
	for t, flat := range c.flat {
		if flat == 0 {
			continue
		}
		for y := t / across * 2; y < min(t/across*2+2, (c.oh+1)/2); y++ {
			for x := t % across * 2; x < min(t%across*2+2, acrossFine); x++ {
				again.list = append(again.list, int32(y*acrossFine+x))
			}
		}
	}
	if len(again.list) > 0 {
		n.winograd(dst, src, again)
	}
}

// stripTiles splits tiles into equal strips of at most limit, in multiples of the matrix
// product's rows.
func stripTiles(tiles, limit int) int {
	const rows = 12
	limit = max(limit/rows, 1) * rows
	strips := (tiles + limit - 1) / limit
	return ((tiles+strips-1)/strips + rows - 1) / rows * rows
}

// winogradRun computes one strip in three stages.
type winogradRun struct {
	*native
	*winogradConv
	dst, src   []float32
	shape      C.winograd
	first, end int       // tiles
	v, m       []float32 // transformed picture and result
}

func (r winogradRun) strip(first, end int, buffer []float32) winogradRun {
	r.first, r.end = first, end
	r.shape.first = size(first)
	split := blocks(r.in) * int(r.shape.step_in)
	r.v, r.m = buffer[:split], buffer[split:]
	return r
}

func (r *winogradRun) transform(t0, t1 int) {
	if r.flat != nil {
		C.call_winograd_flat(r.table, pointer32(r.flat), pointer(r.src), r.shape, size(t0), size(t1))
	}
	v, src, mask, list, all := pointer(r.v), pointer(r.src), bitsPointer(r.inMask), pointer32(r.list), size(blocks(r.in))
	switch r.tile {
	case 6:
		C.call_winograd_in_6(r.table, v, src, mask, r.shape, list, size(t0), size(t1), 0, all)
	case 4:
		C.call_winograd_in_4(r.table, v, src, mask, r.shape, list, size(t0), size(t1), 0, all)
	case 2:
		C.call_winograd_in_2(r.table, v, src, mask, r.shape, list, size(t0), size(t1), 0, all)
	}
}

func (r *winogradRun) multiply(xi0, xi1 int) {
	C.call_winograd_multiply(r.table, pointer(r.m), pointer(r.v), pointer(r.filter), r.shape, size(r.end-r.first),
		size(xi0), size(xi1), 0, size((r.out+r.panel-1)/r.panel))
}

func (r *winogradRun) finish(t0, t1 int) {
	dst, m, bias, mask, gate := pointer(r.dst), pointer(r.m), pointer(r.bias), bitsPointer(r.outMask), pointer(r.gate)
	list, all := pointer32(r.list), size(blocks(r.out))
	switch r.tile {
	case 6:
		C.call_winograd_out_6(r.table, dst, m, bias, mask, gate, r.shape, list, size(t0), size(t1), 0, all)
	case 4:
		C.call_winograd_out_4(r.table, dst, m, bias, mask, gate, r.shape, list, size(t0), size(t1), 0, all)
	case 2:
		C.call_winograd_out_2(r.table, dst, m, bias, mask, gate, r.shape, list, size(t0), size(t1), 0, all)
	}
}
