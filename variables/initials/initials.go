// Package initials lists the built-in initial values, which a picture can start from.
package initials

import (
	"runexp/framework"
	"runexp/variables/initials/content"
	"runexp/variables/initials/details"
	"runexp/variables/initials/image"
	"runexp/variables/initials/noise"
	"runexp/variables/initials/style"
)

// Registry returns a new registry of all initial values.
func Registry() *framework.Registry[framework.Initial] {
	r := framework.NewRegistry[framework.Initial]("initial value")
	framework.Register(r, "content", "the content image", content.Defaults, content.New)
	framework.Register(r, "details", "the mean colour of the style images with the content image's finest details", details.Defaults, details.New)
	framework.Register(r, "image", "an image file of its own", image.Defaults, image.New)
	framework.Register(r, "noise", "Gaussian noise around ImageNet's mean, drawn with the seed", noise.Defaults, noise.New)
	framework.Register(r, "style", "the first style image", style.Defaults, style.New)
	return r
}
