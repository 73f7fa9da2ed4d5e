package framework

import (
	"math/rand/v2"

	"runexp/framework/imaging"
)

// An Initial makes the picture that the first stage starts from.
//
// It has no state: its methods may be called from several goroutines.
type Initial interface {
	// Roles lists the roles of the images that it needs, if any. An experiment without
	// such an image is rejected.
	Roles() []Role
	// Image returns the picture that a stage of h×w pixels starts from, [h, w, 3],
	// RGB, 0 black and 1 white. Values are finite but may lie outside [0, 1], as noise
	// does. It must not modify the images in from.
	//
	// random is seeded with the experiment's seed anew for each call: equal arguments
	// give equal pictures. Errors: a picture of that size cannot be made.
	Image(from Sources, h, w int, random *rand.Rand) (*imaging.Image, error)
	// Random reports whether the picture depends on the seed.
	Random() bool
}

// Sources are the images that an Initial may use, as read and cropped, of any size,
// in [0, 1].
type Sources struct {
	Content *imaging.Image   // nil without one, as for a texture
	Styles  []*imaging.Image // in the order of the config
	Own     *imaging.Image   // the file of an ImageReader; nil for any other Initial
}

// An ImageReader is an Initial with an image file of its own. The framework reads the
// file and includes it in the memory prediction.
type ImageReader interface {
	// ImageFile returns the name of the option (tagged as a file) and the file's path.
	ImageFile() (option, path string)
}
