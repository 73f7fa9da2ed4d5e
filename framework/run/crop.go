package run

import (
	"math"
	"math/rand/v2"

	"runexp/framework/imaging"
)

// The random streams of a run: each draws from PCG(seed, stream), independently of
// the others.
const (
	initialStream = 0 // of the initial value
	contentStream = 1
	styleStream   = 2       // of the first style image; the others follow
	regionStream  = 1 << 32 // of the content image's regions; those of the style images follow
)

// crop returns a crop of an image: fraction of each side, at least one pixel, at a
// uniformly random position. The aspect ratio stays the same. A fraction of 1, or of
// 0 (not given), returns the image and draws nothing.
func crop(image *imaging.Image, fraction float64, seed int64, stream uint64) *imaging.Image {
	if !(fraction > 0 && fraction < 1) {
		return image
	}
	random := rand.New(rand.NewPCG(uint64(seed), stream))
	h, w := max(1, int(math.Round(float64(image.H)*fraction))), max(1, int(math.Round(float64(image.W)*fraction)))
	top, left := random.IntN(image.H-h+1), random.IntN(image.W-w+1)
	return image.Cut(top, left, h, w)
}
