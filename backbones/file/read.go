package file

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"runexp/backbones/network"
	"runexp/framework"
	"runexp/internal/homedir"
	"runexp/internal/printable"
)

// maxBytes is the maximum size of a description.
const maxBytes = 1 << 20

// A description is the content of a file.
type description struct {
	path string
	sum  string // SHA-256 of the file, in hex

	weightsName string // as written
	weights     string // where it is
	weightsLine int
	input       framework.Input
	layers      []network.Layer
	lines       []int // of each layer
}

// read reads the description at path. Errors: all its problems.
func read(path string) (*description, error) {
	data, err := contents(path)
	if err != nil {
		return nil, framework.Invalid("path", "%v", err)
	}
	return parse(path, data)
}

// parse parses data, the content of the file at path.
func parse(path string, data []byte) (*description, error) {
	sum := sha256.Sum256(data)
	d := &description{path: path, sum: hex.EncodeToString(sum[:])}
	r := reader{path: path}
	var document yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, framework.Invalid("path", "%s: empty; docs/backbones.md shows a description", path)
	case err != nil:
		return nil, framework.Invalid("path", "%s: not YAML: %s", path, printable.Text(err.Error()))
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, framework.Invalid("path", "%s: more than one document; write one network a file", path)
	}
	d.read(&r, document.Content[0])
	return d, errors.Join(r.problems...)
}

// contents returns a file's bytes. It checks the file's type first, since opening a named
// pipe would block.
func contents(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if info.Size() > maxBytes {
		return nil, fmt.Errorf("%s: larger than %d bytes: this is no description of a network; the weights are a file of their own", path, maxBytes)
	}
	return os.ReadFile(path)
}

func (d *description) read(r *reader, n *yaml.Node) {
	r.mapping(n, map[string]func(*yaml.Node){
		"weights": func(v *yaml.Node) { d.readWeights(r, v) },
		"input":   func(v *yaml.Node) { d.readInput(r, v) },
		"layers": func(v *yaml.Node) {
			for _, item := range r.list(v) {
				d.layers = append(d.layers, readLayer(r, item))
				d.lines = append(d.lines, item.Line)
			}
		},
	}, "weights", "input", "layers")
}

func (d *description) readWeights(r *reader, v *yaml.Node) {
	written := r.text(v)
	path, err := homedir.Expand(written)
	switch {
	case err != nil:
		r.wrong(v, "weights: %v", err)
	case written == "":
		r.wrong(v, "weights: name a .safetensors or .pth file")
	case !filepath.IsAbs(path):
		path = filepath.Join(filepath.Dir(d.path), path)
	}
	d.weightsName, d.weights, d.weightsLine = written, path, v.Line
}

// readInput reads the preprocessing. All of it is required: wrong preprocessing would fail
// silently.
func (d *description) readInput(r *reader, v *yaml.Node) {
	in := &d.input
	three := func(n *yaml.Node, to *[3]float64) {
		items := r.list(n)
		if len(items) != len(to) {
			r.wrong(n, "needs three numbers, in the order of the channels")
			return
		}
		for i, item := range items {
			to[i] = r.number(item)
		}
	}
	r.mapping(v, map[string]func(*yaml.Node){
		"order": func(n *yaml.Node) {
			if in.Order = r.text(n); in.Order != "RGB" && in.Order != "BGR" {
				r.wrong(n, "order: must be RGB or BGR, not %s", printable.Excerpt(in.Order))
			}
		},
		"scale": func(n *yaml.Node) {
			if in.Scale = r.number(n); !(in.Scale > 0) {
				r.wrong(n, "scale: must be positive: the largest value of a pixel, 1 or 255")
			}
		},
		"mean": func(n *yaml.Node) { three(n, &in.Mean) },
		"std": func(n *yaml.Node) {
			if three(n, &in.Std); !(in.Std[0] > 0 && in.Std[1] > 0 && in.Std[2] > 0) {
				r.wrong(n, "std: must be positive; [1, 1, 1] divides by nothing")
			}
		},
	}, "order", "scale", "mean", "std")
}

// readLayer reads one layer, with its kind's default stride.
func readLayer(r *reader, v *yaml.Node) network.Layer {
	var l network.Layer
	strided := false
	whole := func(to *int) func(*yaml.Node) { return func(n *yaml.Node) { *to = r.whole(n) } }
	text := func(to *string) func(*yaml.Node) { return func(n *yaml.Node) { *to = r.text(n) } }
	r.mapping(v, map[string]func(*yaml.Node){
		"name": text(&l.Name),
		"kind": func(n *yaml.Node) { l.Kind = network.Kind(r.text(n)) },
		"inputs": func(n *yaml.Node) {
			for _, item := range r.list(n) {
				l.Inputs = append(l.Inputs, r.text(item))
			}
		},
		"channels":   whole(&l.Channels),
		"groups":     whole(&l.Groups),
		"kernel":     whole(&l.Kernel),
		"stride":     func(n *yaml.Node) { l.Stride, strided = r.whole(n), true },
		"padding":    whole(&l.Padding),
		"border":     func(n *yaml.Node) { l.Border = network.Border(r.text(n)) },
		"ceil":       func(n *yaml.Node) { l.Ceil = r.flag(n) },
		"factor":     func(n *yaml.Node) { l.Factor = r.number(n) },
		"tensor":     text(&l.Tensor),
		"bias":       func(n *yaml.Node) { l.NoBias = !r.flag(n) },
		"batch_norm": text(&l.BatchNorm),
		"epsilon":    func(n *yaml.Node) { l.Epsilon = r.number(n) },
	}, "name", "kind")
	switch {
	case strided:
	case l.Kind == network.Conv:
		l.Stride = 1
	case l.Kind == network.MaxPool || l.Kind == network.AvgPool || l.Kind == network.L2Pool || l.Kind == network.HannPool:
		l.Stride = l.Kernel
	}
	return l
}
