// Package variables lists the built-in variables: the parametrisations of a picture that
// an optimiser updates.
package variables

import (
	"runexp/framework"
	"runexp/variables/fourier"
	"runexp/variables/pixels"
	"runexp/variables/pyramid"
)

// Registry returns a new registry of all variables.
func Registry() *framework.Registry[framework.Variable] {
	r := framework.NewRegistry[framework.Variable]("variable")
	framework.Register(r, "fourier", "the frequencies of the picture, in decorrelated colours", fourier.Defaults, fourier.New)
	framework.Register(r, "pixels", "the pixels of the picture", pixels.Defaults, pixels.New)
	framework.Register(r, "pyramid", "details of the picture at several sizes, which add up to it", pyramid.Defaults, pyramid.New)
	return r
}
