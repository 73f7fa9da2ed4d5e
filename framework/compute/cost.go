package compute

// Arithmetic returns the floating-point operations of Conv or ConvBackward of f on a
// picture [h, w, f.In]: those of a direct convolution, and those of the matrix products
// that e uses, without Winograd's transforms, the padding of blocks and the extra work of
// flat areas.
func (e *Engine) Arithmetic(f *Filter, h, w int, backward bool) (direct, real float64) {
	oh, ow := f.OutSize(h, w)
	direct = 2 * float64(oh*ow) * float64(f.KH*f.KW) * float64(f.In*f.Out)
	pass := f.forward()
	if backward {
		pass, oh, ow = f.backward(), h, w
	}
	if e.variant == genericISA || pass == directForward || pass == directBackward {
		return direct, direct
	}
	tile := pass.tile()
	tiles := ((oh + tile - 1) / tile) * ((ow + tile - 1) / tile)
	return direct, 2 * float64(tiles*winogradPositions(tile)) * float64(f.In*f.Out)
}

// FilterBytes predicts the memory of f's prepared forms for Conv and ConvBackward, which
// all users of f share. It prepares nothing.
func (e *Engine) FilterBytes(f *Filter) (forward, backward int64) {
	if e.variant == genericISA {
		return 0, 0
	}
	const channelBlock = 16
	whole := func(n int) int64 { return int64((n + channelBlock - 1) / channelBlock * channelBlock) }
	size := func(p pass) int64 {
		switch p {
		case directForward:
			return 4 * int64(f.KH*f.KW*f.In) * whole(f.Out)
		case directBackward:
			return 4 * int64(f.KH*f.Out) * whole(f.KW*f.In)
		}
		return 4 * int64(winogradPositions(p.tile())) * whole(f.In) * whole(f.Out)
	}
	forward, backward = size(f.forward()), size(f.backward())
	if f.forward() == winogradForward && f.Flat {
		forward += size(winogradFine)
	}
	return forward, backward
}

// FilterMemory returns the memory of filters in bytes: their weights, and the forms that k
// prepares for Conv and for ConvBackward.
func FilterMemory(k Kernels[float32], filters []*Filter) (own, forward, backward int64) {
	engine, prepares := k.(interface {
		FilterBytes(f *Filter) (forward, backward int64)
	})
	for _, f := range filters {
		own += 4 * int64(len(f.Kernel)+len(f.Bias))
		if prepares {
			there, back := engine.FilterBytes(f)
			forward, backward = forward+there, backward+back
		}
	}
	return own, forward, backward
}
