package imaging

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"testing"
)

// cutOut is 2×3 pixels: opaque, three in four, half and hardly there, and two of nothing.
func cutOut() *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for i, alpha := range []uint8{255, 191, 128, 7, 0, 0} {
		m.SetNRGBA(i%3, i/3, color.NRGBA{uint8(40 * i), 200, 90, alpha})
	}
	return m
}

// Decoding keeps the alpha of a transparent image, and an opaque one has none.
func TestAlphaIsDecoded(t *testing.T) {
	m, err := decode(pngOf(t, cutOut()), MaxPixels)
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{1, 191. / 255, 128. / 255, 7. / 255, 0, 0}
	if !slices.EqualFunc(m.Alpha, want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 }) {
		t.Errorf("alpha %v, want %v", m.Alpha, want)
	}
	solid := cutOut()
	for i := 3; i < len(solid.Pix); i += 4 {
		solid.Pix[i] = 255
	}
	if m, err := decode(pngOf(t, solid), MaxPixels); err != nil || m.Alpha != nil {
		t.Errorf("an opaque image has the alpha %v, %v", m.Alpha, err)
	}
	turned := m.applyOrientation(6) // a quarter turn
	if want := []float32{m.Alpha[3], m.Alpha[0], m.Alpha[4], m.Alpha[1], m.Alpha[5], m.Alpha[2]}; !slices.Equal(turned.Alpha, want) {
		t.Errorf("turned, alpha is %v, want %v", turned.Alpha, want)
	}
	part := m.Cut(0, 1, 2, 2)
	if want := []float32{m.Alpha[1], m.Alpha[2], m.Alpha[4], m.Alpha[5]}; !slices.Equal(part.Alpha, want) || !slices.Equal(part.Pix[:6], m.Pix[3:9]) {
		t.Errorf("cut, alpha is %v, want %v", part.Alpha, want)
	}
}

// A transparent image is written as RGBA with its own colours, which white is taken out
// of; reading it gives what one sees of it, and Rounded the same bits.
func TestAlphaIsWritten(t *testing.T) {
	m, err := decode(pngOf(t, cutOut()), MaxPixels)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := EncodePNG(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	written, err := png.Decode(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 { // where it is seen
		got, want := color.NRGBAModel.Convert(written.At(i%3, i/3)).(color.NRGBA), cutOut().NRGBAAt(i%3, i/3)
		near := func(a, b uint8) bool { return math.Abs(float64(a)-float64(b)) <= 255/float64(want.A) } // a level seen through alpha
		if got.A != want.A || !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) {
			t.Errorf("pixel %d is %v, want %v", i, got, want)
		}
	}
	again, err := DecodeReader(&file, "m.png")
	if err != nil {
		t.Fatal(err)
	}
	if rounded := m.Rounded(); !slices.Equal(rounded.Pix, again.Pix) || !slices.Equal(rounded.Alpha, again.Alpha) {
		t.Error("a rounded picture is not what the file holds")
	}
	for i, v := range again.Pix {
		if math.Abs(float64(v-m.Pix[i])) > 0.6/255 {
			t.Errorf("value %d is %g on white, want %g", i, v, m.Pix[i])
		}
	}
}

// Alpha stays in [0, 1] where the cubic overshoots; an opaque image has none of any size.
func TestAlphaIsResized(t *testing.T) {
	m := New(1, 8)
	if m.ResizeAlpha(2, 2) != nil {
		t.Error("an opaque image has an alpha")
	}
	m.Alpha = []float32{0, 0, 0, 0, 1, 1, 1, 1}
	alpha := m.ResizeAlpha(2, 24)
	if len(alpha) != 48 || alpha[0] != 0 || alpha[23] != 1 {
		t.Errorf("alpha %v", alpha)
	}
	for _, v := range alpha {
		if !(v >= 0 && v <= 1) {
			t.Errorf("alpha %g", v)
		}
	}
}
