package imaging

// Mirrored returns m with top rows above and below it and left columns on both sides, which
// mirror it at its edges without repeating the edge itself: pixel −i is pixel i. An image that
// is smaller than that is mirrored again and again. The result is opaque.
func (m *Image) Mirrored(top, left int) *Image {
	out := New(m.H+2*top, m.W+2*left)
	for y := range out.H {
		from := m.Pix[mirror(y-top, m.H)*m.W*Channels:]
		for x := range out.W {
			at := mirror(x-left, m.W) * Channels
			copy(out.Pix[(y*out.W+x)*Channels:], from[at:at+Channels])
		}
	}
	return out
}

// mirror returns the index in [0, n) that i mirrors.
func mirror(i, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	i = ((i % period) + period) % period
	return min(i, period-i)
}
