// Package networktest compares networks with PyTorch's golden numbers of golden.py, on
// weights that both make from the tensors' names.
package networktest

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
)

// uniform returns n numbers in [−0.5, 0.5): SplitMix64 from the FNV-1a hash of the name.
func uniform(name string, n int) []float64 {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	seed, u := hash.Sum64(), make([]float64, n)
	for i := range u {
		z := seed + uint64(i+1)*0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		u[i] = float64((z^z>>31)>>40)/(1<<24) - 0.5
	}
	return u
}

// Weights writes a file of weights with the tensors, shapes by name, and returns its path.
func Weights(t *testing.T, tensors map[string][]int) string {
	t.Helper()
	header := map[string]any{}
	var data []byte
	for name, shape := range tensors {
		u, begin := uniform(name, graph.Shape(shape).Len()), len(data)
		for _, v := range u {
			switch {
			case len(shape) == 4:
				v *= math.Sqrt(24 / float64(shape[1]*shape[2]*shape[3]))
			case strings.HasSuffix(name, ".weight"), strings.HasSuffix(name, ".running_var"):
				v++
			}
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "random.safetensors")
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(path, append(file, data...), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A sample is some numbers of a tensor, channels first.
type sample struct {
	Shape   []int
	Largest float64
	Values  []float64
}

// Golden compares every tap of the case called name in the golden file, and the gradient,
// in single and double precision.
func Golden(t *testing.T, v framework.Backbone, path, name string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var cases map[string]struct {
		Height, Width int
		Gradient      sample
		Taps          map[string]sample
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	want, known := cases[name]
	if !known {
		t.Fatalf("%s has no %q", path, name)
	}
	var taps []string
	for _, l := range v.Layers() {
		if _, is := want.Taps[l.Name]; is {
			taps = append(taps, l.Name)
		}
	}
	if len(taps) != len(want.Taps) {
		t.Fatalf("layers %v, PyTorch's taps are others: %d", taps, len(want.Taps))
	}
	engine, err := compute.NewEngine(compute.Options{ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	shape := graph.Shape{want.Height, want.Width, 3}
	picture, u := make([]float64, shape.Len()), uniform("picture", shape.Len())
	for i, x := range u {
		n := want.Height * want.Width
		picture[i%n*3+i/n] = float64(float32(2 * x))
	}
	for precision, b := range map[string]*graph.Builder{"single": graph.NewBuilder(engine), "double": graph.NewDoubleBuilder()} {
		nodes, err := v.Build(b, b.Variable(shape...), taps)
		if err != nil {
			t.Fatal(err)
		}
		var total graph.Node
		var list []graph.Node
		for i, tap := range taps {
			term := b.Scale(b.Mean(b.Square(nodes[tap])), float64(i+1))
			if i > 0 {
				term = b.Add(total, term)
			}
			total, list = term, append(list, nodes[tap])
		}
		p, err := b.CompileGradient(total, list...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(context.Background(), graph.Double(shape, picture)); err != nil {
			t.Fatal(err)
		}
		for _, tap := range taps {
			compare(t, precision+" "+tap, p.Value(nodes[tap]), want.Taps[tap])
		}
		compare(t, precision+" gradient", p.Gradient(), want.Gradient)
	}
}

// tolerance is a share of the largest number. In single precision it is that of a dozen
// layers' rounding.
const tolerance = 1e-5

func compare(t *testing.T, what string, got graph.Tensor, want sample) {
	t.Helper()
	c, h, w := want.Shape[0], want.Shape[1], want.Shape[2]
	if !got.Shape.Equal(graph.Shape{h, w, c}) {
		t.Errorf("%s: shape %v, PyTorch's %v", what, got.Shape, want.Shape)
		return
	}
	numbers := got.Float64s()
	if largest := math.Max(slices.Max(numbers), -slices.Min(numbers)); !(math.Abs(largest-want.Largest) <= tolerance*want.Largest) {
		t.Errorf("%s: the largest is %g, PyTorch's %g", what, largest, want.Largest)
	}
	step := max(1, (len(numbers)+30)/31)
	for i, x := range want.Values {
		at := i * step
		if y := numbers[at%(h*w)*c+at/(h*w)]; !(math.Abs(x-y) <= tolerance*want.Largest) {
			t.Errorf("%s[%d]: %g, PyTorch's %g", what, at, y, x)
			return
		}
	}
}
