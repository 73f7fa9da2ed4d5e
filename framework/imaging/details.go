package imaging

// Details returns the finest details of m: its difference from itself halved and enlarged
// again, both bilinearly, the halved sides rounded down and at least 1 (the finest level of
// a Laplacian pyramid, as STROTSS has it). Values are in [−1, 1] for an image in [0, 1].
func (m *Image) Details() *Image {
	h, w := max(m.H/2, 1), max(m.W/2, 1)
	halved := ResampleBilinear(m.Pix, m.H, m.W, Channels, h, w)
	coarse := ResampleBilinear(halved, h, w, Channels, m.H, m.W)
	for i, u := range m.Pix {
		coarse[i] = u - coarse[i]
	}
	return &Image{H: m.H, W: m.W, Pix: coarse}
}
