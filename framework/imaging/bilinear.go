package imaging

// ResampleBilinear resizes pix as Resample does, but bilinearly and without antialiasing:
// each output is a mean of the four inputs around it, however much the image shrinks.
//
// With scale s = w/w2, output x is at (x+½)·s − ½ between the centres of the inputs, or at
// the nearest centre if it is beyond the outermost. This is PyTorch's
// interpolate(mode="bilinear", align_corners=False).
//
// Results are in the range of the input: what is never negative stays so.
func ResampleBilinear(pix []float32, h, w, channels, h2, w2 int) []float32 {
	return resample(LinearWindows, pix, h, w, channels, h2, w2)
}

// LinearWindows returns the window of each output when n values are resampled to n2, as
// ResampleBilinear does along each side.
func LinearWindows(n, n2 int) []Window {
	scale := float64(n) / float64(n2)
	windows := make([]Window, n2)
	for x := range windows {
		at := min(max((float64(x)+0.5)*scale-0.5, 0), float64(n-1))
		first := int(at)
		if after := at - float64(first); after > 0 {
			windows[x] = Window{first, []float64{1 - after, after}}
		} else {
			windows[x] = Window{first, []float64{1}}
		}
	}
	return windows
}
