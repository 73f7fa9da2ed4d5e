package imaging

// Rounded returns the image as stored in an 8-bit file: clamped to [0, 1] and rounded
// to the nearest of 256 levels. Decoding the output of EncodePNG gives the same bits: of a
// transparent image what one sees of it on white.
func (m *Image) Rounded() *Image {
	if m.Alpha != nil {
		if pixels, err := standard(m); err == nil {
			return fromStandard(pixels)
		}
	}
	out := New(m.H, m.W)
	for i, v := range m.Pix {
		out.Pix[i] = float32(level(float64(v))) / 255
	}
	return out
}
