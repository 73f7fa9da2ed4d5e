package configs

import (
	"io/fs"
	"testing"
)

func TestPresetsAreEmbedded(t *testing.T) {
	for _, name := range []string{
		"d2l-gluon", "d2l-torch", "d2l-torch-relu", "crowsonkb", "crowsonkb-2021", "nnst", "spst", "standard", "strotss",
		"gatys2016", "gatys2016-paper", "gatys2017-guided", "gatys2017-luminance", "gatys2017-scale", "deeptextures",
		"johnson", "neural-style-pt", "anishathalye", "gordic", "cysmith", "johnson-slow",
		"cnnmrf", "heitz", "mmd-bn", "mmd-gaussian", "mmd-linear", "mmd-poly", "risser", "wilmot",
	} {
		if _, err := fs.Stat(Presets(), name+".yaml"); err != nil {
			t.Error(err)
		}
	}
}
