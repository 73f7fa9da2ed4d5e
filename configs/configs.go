// Package configs embeds the presets and the quickstart of runexp.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed presets/*.yaml
var presets embed.FS

// Presets returns the presets that a config can extend by name: d2l-gluon is the
// file d2l-gluon.yaml.
func Presets() fs.FS {
	files, err := fs.Sub(presets, "presets")
	if err != nil {
		panic(err) // "presets" is a valid path
	}
	return files
}

// QuickstartFile is the name of the config in Quickstart.
const QuickstartFile = "quickstart.yaml"

//go:embed quickstart.yaml images
var quickstart embed.FS

// Quickstart returns a self-contained experiment, with more images to try.
func Quickstart() fs.FS { return quickstart }
