package framework

import (
	"math/rand/v2"

	"runexp/framework/imaging"
)

// An Initial is what the picture starts from, before the first iteration of the
// first stage.
//
// It has no state: its methods may be called from several goroutines.
type Initial interface {
	// Roles lists the images of the experiment that it starts from; none for one
	// that needs no image. An experiment without an image of such a role is refused.
	Roles() []Role
	// Image returns the picture that a stage of h×w pixels starts from, [h, w, 3],
	// RGB: 0 is black and 1 is white. Numbers are finite; they may be outside of
	// [0, 1], as those of noise are. The images that it is given stay as they are.
	//
	// random is made from the experiment's seed, new for each call: equal arguments
	// give equal pictures. Errors: whatever keeps it from making one of that size.
	Image(from Sources, h, w int, random *rand.Rand) (*imaging.Image, error)
	// Random reports whether another seed makes another picture.
	Random() bool
}

// Sources are the images that an Initial may start from, as they were read and
// cropped, of any size, in [0, 1].
type Sources struct {
	Content *imaging.Image
	Styles  []*imaging.Image // in the order of the config
	Own     *imaging.Image   // the one that an ImageReader names; nil for any other Initial
}

// An ImageReader is an Initial with an image file of its own. The framework reads
// it, and counts the memory that it takes.
type ImageReader interface {
	// ImageFile returns the option that names the file, which is tagged as a file,
	// and its path.
	ImageFile() (option, path string)
}
