package run

import (
	"math"
	"math/rand/v2"

	"runexp/framework/imaging"
)

// The random streams of a run: each draws from PCG(seed, stream), so that none
// depends on what another has drawn.
const (
	initialStream = 0 // of the initial value
	contentStream = 1
	styleStream   = 2 // of the first style image; the others follow
)

// crop cuts fraction of each side out of an image, at least one pixel, at a
// place drawn uniformly. A fraction of 1, or none given (0), keeps the image
// and draws nothing. Both sides are cut alike, so proportions stay.
func crop(image *imaging.Image, fraction float64, seed int64, stream uint64) *imaging.Image {
	if !(fraction > 0 && fraction < 1) {
		return image
	}
	random := rand.New(rand.NewPCG(uint64(seed), stream))
	h, w := max(1, int(math.Round(float64(image.H)*fraction))), max(1, int(math.Round(float64(image.W)*fraction)))
	top, left := random.IntN(image.H-h+1), random.IntN(image.W-w+1)
	cut := imaging.New(h, w)
	for y := range h {
		from := ((top+y)*image.W + left) * 3
		copy(cut.Pix[y*w*3:(y+1)*w*3], image.Pix[from:from+w*3])
	}
	return cut
}
