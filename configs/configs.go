// Package configs holds the experiments that come with runexp.
package configs

import (
	"embed"
	"io/fs"
)

//go:embed presets/*.yaml
var files embed.FS

// Presets returns the presets that a config can extend by name: d2l-gluon is the
// file d2l-gluon.yaml.
func Presets() fs.FS {
	presets, err := fs.Sub(files, "presets")
	if err != nil {
		panic(err) // "presets" is a valid path
	}
	return presets
}
