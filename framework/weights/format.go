package weights

import (
	"bytes"

	"runexp/internal/printable"
)

// quoted is what messages show of a name that was found in a file.
func quoted(name string) string { return `"` + printable.Excerpt(name) + `"` }

// sniffLength is how much of a file recognise looks at.
const sniffLength = 512

// recognise says what a file that is not safetensors seems to be and what to do
// about it, judged by its first bytes; "" if it cannot tell.
func recognise(head []byte) string {
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "this is a tar archive; if PyTorch before 0.2 wrote it, load it with PyTorch and save it again"
	}
	for _, f := range []struct{ magic, message string }{
		{"\x80", "this is a Python pickle, but not one that torch.save wrote; save a state dict with torch.save(model.state_dict(), FILE)"},
		{"version https://git-lfs.github.com/", "this is a git-lfs pointer, not the weights themselves; run git lfs pull where it came from"},
		{"\x89HDF\r\n", "this is an HDF5 file, probably Keras weights, not safetensors; convert it first"},
		{"\x93NUMPY", "this is a NumPy array, not safetensors; convert it first"},
		{"GGUF", "this is a GGUF file, not safetensors; convert it first"},
		{"\x1f\x8b", "this is compressed by gzip; unpack it first"},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.message
		}
	}
	if bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte("<")) {
		return "this is a web page or XML, not weights; the download met a login or error page, fetch the file itself"
	}
	return ""
}
