// Package python embeds runexp.py, which reads a store in Python.
package python

import (
	"bytes"
	_ "embed"
)

//go:embed runexp.py
var file []byte

// File returns runexp.py. It reads stores of the version that this program writes.
func File() []byte { return bytes.Clone(file) }
