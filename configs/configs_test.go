package configs

import (
	"io/fs"
	"testing"
)

func TestPresetsAreEmbedded(t *testing.T) {
	if _, err := fs.Stat(Presets(), "d2l-gluon.yaml"); err != nil {
		t.Error(err)
	}
}
