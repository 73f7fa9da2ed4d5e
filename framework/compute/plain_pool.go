package compute

func (Plain[T]) MaxPool(dst, src []T, h, w, c int, p Pool, argmax []uint8) {
	oh, _ := checkPool("MaxPool", len(dst), len(src), h, w, c, p)
	check("MaxPool", "argmax", len(argmax), len(dst))
	maxPoolRows(dst, src, h, w, c, p, argmax, 0, oh)
}

// maxPoolRows computes rows y0 to y1 of dst.
func maxPoolRows[T Float](dst, src []T, h, w, c int, p Pool, argmax []uint8, y0, y1 int) {
	_, ow := p.OutSize(h, w)
	for oy := y0; oy < y1; oy++ {
		for ox := range ow {
			at := p.window(oy, ox, h, w)
			for ch := range c {
				best, where := src[(at.y0*w+at.x0)*c+ch], at.position(at.y0, at.x0)
				for y := at.y0; y < at.y1; y++ {
					for x := at.x0; x < at.x1; x++ {
						if v := src[(y*w+x)*c+ch]; v > best || v != v {
							best, where = v, at.position(y, x)
						}
					}
				}
				dst[(oy*ow+ox)*c+ch] = best
				argmax[(oy*ow+ox)*c+ch] = uint8(where)
			}
		}
	}
}

func (Plain[T]) MaxPoolBackward(dSrc, dDst []T, h, w, c int, p Pool, argmax []uint8) {
	checkPool("MaxPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	check("MaxPoolBackward", "argmax", len(argmax), len(dDst))
	maxPoolBackwardRows(dSrc, dDst, h, w, c, p, argmax, 0, h)
}

// maxPoolBackwardRows gathers rows y0 to y1 of dSrc: an element gets the gradients of the
// windows whose maximum it was, in order.
func maxPoolBackwardRows[T Float](dSrc, dDst []T, h, w, c int, p Pool, argmax []uint8, y0, y1 int) {
	gatherWindows(dSrc, h, w, c, p, y0, y1, func(window, position, ch int) float64 {
		if int(argmax[window*c+ch]) != position {
			return 0
		}
		return float64(dDst[window*c+ch])
	})
}

func (Plain[T]) AvgPool(dst, src []T, h, w, c int, p Pool) {
	oh, _ := checkPool("AvgPool", len(dst), len(src), h, w, c, p)
	avgPoolRows(dst, src, h, w, c, p, 0, oh)
}

// avgPoolRows computes rows y0 to y1 of dst.
func avgPoolRows[T Float](dst, src []T, h, w, c int, p Pool, y0, y1 int) {
	_, ow := p.OutSize(h, w)
	for oy := y0; oy < y1; oy++ {
		for ox := range ow {
			at := p.window(oy, ox, h, w)
			for ch := range c {
				sum := 0.0
				for y := at.y0; y < at.y1; y++ {
					for x := at.x0; x < at.x1; x++ {
						sum += float64(src[(y*w+x)*c+ch])
					}
				}
				dst[(oy*ow+ox)*c+ch] = T(sum / at.area())
			}
		}
	}
}

func (Plain[T]) AvgPoolBackward(dSrc, dDst []T, h, w, c int, p Pool) {
	checkPool("AvgPoolBackward", len(dDst), len(dSrc), h, w, c, p)
	avgPoolBackwardRows(dSrc, dDst, h, w, c, p, 0, h)
}

// avgPoolBackwardRows gathers rows y0 to y1 of dSrc.
func avgPoolBackwardRows[T Float](dSrc, dDst []T, h, w, c int, p Pool, y0, y1 int) {
	_, ow := p.OutSize(h, w)
	gatherWindows(dSrc, h, w, c, p, y0, y1, func(window, _, ch int) float64 {
		return float64(dDst[window*c+ch]) / p.window(window/ow, window%ow, h, w).area()
	})
}

// gatherWindows sets each element of rows y0 to y1 to the sum of gradient over the windows
// that cover it; position is the element's in the window.
func gatherWindows[T Float](dSrc []T, h, w, c int, p Pool, y0, y1 int, gradient func(window, position, ch int) float64) {
	oh, ow := p.OutSize(h, w)
	for y := y0; y < y1; y++ {
		for x := range w {
			for ch := range c {
				sum := 0.0
				for oy := p.first(y); oy < min(oh, (y+p.Pad)/p.Stride+1); oy++ {
					for ox := p.first(x); ox < min(ow, (x+p.Pad)/p.Stride+1); ox++ {
						position := (y-oy*p.Stride+p.Pad)*p.Size + x - ox*p.Stride + p.Pad
						sum += gradient(oy*ow+ox, position, ch)
					}
				}
				dSrc[(y*w+x)*c+ch] = T(sum)
			}
		}
	}
}

// first returns the first window that covers element at of a row or column.
func (p Pool) first(at int) int {
	return max(0, (at+p.Pad-p.Size+p.Stride)/p.Stride)
}

// A span is the part of a pooling window that lies inside the picture.
type span struct {
	y0, y1, x0, x1 int
	top, left      int // of the whole window; negative in the padding
	size           int
}

func (p Pool) window(oy, ox, h, w int) span {
	top, left := oy*p.Stride-p.Pad, ox*p.Stride-p.Pad
	return span{
		y0: max(0, top), y1: min(h, top+p.Size),
		x0: max(0, left), x1: min(w, left+p.Size),
		top: top, left: left, size: p.Size,
	}
}

func (s span) position(y, x int) int { return (y-s.top)*s.size + x - s.left }

func (s span) area() float64 { return float64((s.y1 - s.y0) * (s.x1 - s.x0)) }
