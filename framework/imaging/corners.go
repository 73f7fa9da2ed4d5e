package imaging

// CornerWindows returns the window of each output when n values are resampled to n2
// linearly, without antialiasing, so that the first and the last values stay: with scale
// s = (n−1)/(n2−1), output x is at x·s. A single output is the first value. This is
// PyTorch's interpolate(mode="bilinear", align_corners=True) along each side.
func CornerWindows(n, n2 int) []Window {
	windows := make([]Window, n2)
	for x := range windows {
		at := 0.0
		if n2 > 1 {
			at = float64(x*(n-1)) / float64(n2-1)
		}
		first := int(at)
		if after := at - float64(first); after > 0 {
			windows[x] = Window{first, []float64{1 - after, after}}
		} else {
			windows[x] = Window{first, []float64{1}}
		}
	}
	return windows
}
