package worker

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/png"
	"testing"
)

// pixels returns a hash of a PNG's pixels: its texts name the run.
func pixels(t *testing.T, data []byte) string {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, m)))
}
