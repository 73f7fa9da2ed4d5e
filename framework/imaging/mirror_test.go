package imaging_test

import (
	"slices"
	"testing"

	"runexp/framework/imaging"
)

func TestMirrored(t *testing.T) {
	m := imaging.New(2, 3)
	for i := range 6 {
		for c := range 3 {
			m.Pix[3*i+c] = float32(10*c + i)
		}
	}
	for _, c := range []struct {
		top, left int
		want      []float32 // the first channel
	}{
		{0, 0, []float32{0, 1, 2, 3, 4, 5}},
		{1, 1, []float32{4, 3, 4, 5, 4, 1, 0, 1, 2, 1, 4, 3, 4, 5, 4, 1, 0, 1, 2, 1}},
		{0, 3, []float32{1, 2, 1, 0, 1, 2, 1, 0, 1, 4, 5, 4, 3, 4, 5, 4, 3, 4}}, // more than the image has
	} {
		got := m.Mirrored(c.top, c.left)
		if got.H != 2+2*c.top || got.W != 3+2*c.left {
			t.Fatalf("%d×%d", got.H, got.W)
		}
		for channel := range 3 {
			var values []float32
			for i := channel; i < len(got.Pix); i += 3 {
				values = append(values, got.Pix[i]-float32(10*channel))
			}
			if !slices.Equal(values, c.want) {
				t.Errorf("%d, %d: channel %d is %v, want %v", c.top, c.left, channel, values, c.want)
			}
		}
	}
	if one := imaging.New(1, 1).Mirrored(2, 2); one.H != 5 || one.W != 5 {
		t.Error("an image of one pixel")
	}
}
