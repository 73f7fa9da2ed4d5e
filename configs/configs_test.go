package configs

import (
	"io/fs"
	"testing"
)

func TestPresetsAreEmbedded(t *testing.T) {
	for _, name := range []string{
		"d2l-gluon", "d2l-torch", "d2l-torch-relu", "crowsonkb", "crowsonkb-2021", "nnst", "standard", "strotss",
		"johnson", "neural-style-pt", "anishathalye", "gordic", "cysmith", "johnson-slow",
	} {
		if _, err := fs.Stat(Presets(), name+".yaml"); err != nil {
			t.Error(err)
		}
	}
}
