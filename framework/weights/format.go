package weights

import (
	"bytes"

	"runexp/internal/printable"
)

// quoted quotes a name from a file for messages.
func quoted(name string) string { return `"` + printable.Excerpt(name) + `"` }

// sniffLength is the number of bytes that recognise needs.
const sniffLength = 512

// recognise returns what a file that is not safetensors seems to be, by its first
// bytes, and what to do about it; "" if it is unknown.
func recognise(head []byte) string {
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "this is a tar archive; if it is from PyTorch before 0.2, load it with PyTorch and save it again"
	}
	for _, f := range []struct{ magic, message string }{
		{"\x80", "this is a Python pickle, but not one that torch.save wrote; save a state dict with torch.save(model.state_dict(), FILE)"},
		{"version https://git-lfs.github.com/", "this is a git-lfs pointer, not the weights themselves; run git lfs pull in its repository"},
		{"\x89HDF\r\n", "this is an HDF5 file, probably Keras weights, not safetensors; convert it first"},
		{"\x93NUMPY", "this is a NumPy array, not safetensors; convert it first"},
		{"GGUF", "this is a GGUF file, not safetensors; convert it first"},
		{"\x1f\x8b", "this is compressed with gzip; unpack it first"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.message
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("<")) {
		return "this is a web page or XML, not weights, probably a login or error page; download the file itself"
	}
	return ""
}
