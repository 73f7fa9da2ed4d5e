package network

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// source returns weights with the tensors in want, all 1.
func source(t *testing.T, want map[string][]int) Source {
	t.Helper()
	header := map[string]any{}
	var data []byte
	for name, shape := range want {
		begin := len(data)
		for range graph.Shape(shape).Len() {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(1))
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)}}
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	file := append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...), data...)
	return func([]framework.Layer) (Pretrained, error) {
		f, err := weights.OpenReader(bytes.NewReader(file), int64(len(file)), "ones")
		return Pretrained{File: f, Is: framework.Weights{Name: "ones", FeatureScale: 1}}, err
	}
}

// branched is two branches and their sum, then a pooling.
func branched() []Layer {
	return []Layer{
		{Name: "stem", Kind: Conv, Channels: 4, Kernel: 3, Stride: 2, Padding: 1},
		{Name: "left", Kind: Conv, Channels: 4, Kernel: 5, Stride: 1, Padding: 2, Border: Reflect},
		{Name: "right", Kind: Conv, Inputs: []string{"stem"}, Channels: 4, Kernel: 1, Stride: 1},
		{Name: "sum", Kind: Add, Inputs: []string{"right", "left"}},
		{Name: "pool", Kind: MaxPool, Kernel: 3, Stride: 3},
	}
}

func described(t *testing.T, layers []Layer, s Source) *Network {
	t.Helper()
	n, err := New(Description{Name: "toy", Layers: layers}, s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGeometry: where branches meet, stride and receptive field are the widest branch's.
func TestGeometry(t *testing.T) {
	n := described(t, branched(), nil)
	for _, want := range []framework.Layer{
		{Index: 0, Name: "stem", Kind: "conv", Channels: 4, Stride: 2, Receptive: 3, Parameters: 112},
		{Index: 1, Name: "left", Kind: "conv", Channels: 4, Stride: 2, Receptive: 11, Parameters: 404, Variant: "reflect border"},
		{Index: 2, Name: "right", Kind: "conv", Channels: 4, Stride: 2, Receptive: 3, Parameters: 20},
		{Index: 3, Name: "sum", Kind: "add", Channels: 4, Stride: 2, Receptive: 11},
		{Index: 4, Name: "pool", Kind: "maxpool", Channels: 4, Stride: 6, Receptive: 15},
	} {
		if got := n.Layers()[want.Index]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

// TestMinSide: the smallest picture depends on the taps alone and can be built; the error
// for a smaller one has the size it must have.
func TestMinSide(t *testing.T) {
	all := described(t, branched(), nil)
	n := described(t, branched(), source(t, all.Tensors(nil)))
	for tap, want := range map[string]int{"stem": 1, "right": 1, "left": 5, "sum": 5, "pool": 5} {
		side, err := n.MinSide([]string{tap})
		if err != nil || side != want {
			t.Errorf("%s needs %d, want %d (%v)", tap, side, want, err)
		}
		b := graph.NewDoubleBuilder()
		if _, err := n.Build(b, b.Variable(side, side+3, 3), []string{tap}); err != nil {
			t.Errorf("%s: %v", tap, err)
		}
	}
	b := graph.NewDoubleBuilder()
	_, err := n.Build(b, b.Variable(9, 4, 3), []string{"stem", "pool"})
	for _, want := range []string{"backbone toy: left: ", "reflected 2 deep", "at least 5×5 pixels, not 9×4"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
	if _, err := n.MinSide([]string{"nosuch"}); err == nil {
		t.Error("an unknown layer has a smallest picture")
	}
}

// TestUnusedBranches: a branch that no tap needs is neither read nor built.
func TestUnusedBranches(t *testing.T) {
	n := described(t, branched(), source(t, map[string][]int{
		"stem.weight": {4, 3, 3, 3}, "stem.bias": {4}, "right.weight": {4, 4, 1, 1}, "right.bias": {4},
	}))
	b := graph.NewDoubleBuilder()
	if _, err := n.Build(b, b.Variable(3, 3, 3), []string{"right"}); err != nil { // too small for left
		t.Error(err)
	}
	_, err := n.Weights([]string{"sum"})
	for _, want := range []string{"backbone toy", "left.weight", "left.bias"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// TestFeatureScale: every layer's features are divided by the scale.
func TestFeatureScale(t *testing.T) {
	layers := []Layer{
		{Name: "first", Kind: Affine},
		{Name: "conv", Kind: Conv, Channels: 2, Kernel: 1, Stride: 1, BatchNorm: "norm", Epsilon: 0.5},
		{Name: "again", Kind: Conv, Inputs: []string{framework.ImageTap}, Channels: 2, Kernel: 1, Stride: 1},
		{Name: "both", Kind: Concat, Inputs: []string{"conv", "again"}},
	}
	ones := source(t, described(t, layers, nil).Tensors(nil))
	feature := func(scale float64) []float64 {
		n := described(t, layers, func(l []framework.Layer) (Pretrained, error) {
			f, err := ones(l)
			f.Is.FeatureScale = scale
			return f, err
		})
		b := graph.NewDoubleBuilder()
		nodes, err := n.Build(b, b.Variable(1, 1, 3), []string{"both"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(nodes["both"])
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), graph.Double(graph.Shape{1, 1, 3}, []float64{1, 2, 4})); err != nil {
			t.Fatal(err)
		}
		return p.Value(nodes["both"]).Float64s()
	}
	// first: 2, 3, 5; conv: (10 + 1 − 1)/√1.5 + 1; again: 7 + 1
	want := 10/math.Sqrt(1.5) + 1
	raw, scaled := feature(1), feature(4)
	for i, x := range []float64{want, want, 8, 8} {
		if math.Abs(raw[i]-x) > 1e-5 || math.Abs(4*scaled[i]-x) > 1e-5 {
			t.Errorf("%g raw and %g of scale 4, want %g", raw[i], scaled[i], x)
		}
	}
}

// TestZeroDeviation: a batch norm with a deviation of 0 is an error.
func TestZeroDeviation(t *testing.T) {
	layers := []Layer{{Name: "norm", Kind: Affine, BatchNorm: "bn"}}
	ones := source(t, described(t, layers, nil).Tensors(nil))
	n := described(t, layers, ones)
	b := graph.NewDoubleBuilder()
	if _, err := n.Build(b, b.Variable(1, 1, 3), []string{"norm"}); err != nil {
		t.Error(err)
	}
	f, err := ones(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := readNorm(f.File, Layer{BatchNorm: "bn", Epsilon: -1}); err == nil || !strings.Contains(err.Error(), "bn.running_var has 1 at 0") {
		t.Errorf("error %v", err)
	}
}

// TestProblems: each mistake is reported with its layer, its consequences are not.
func TestProblems(t *testing.T) {
	conv := Layer{Name: "one", Kind: Conv, Channels: 4, Kernel: 3, Stride: 1}
	with := func(change func(*Layer)) Layer {
		l := conv
		change(&l)
		return l
	}
	for want, layers := range map[string][]Layer{
		"no layers":                             nil,
		`layer 1: name: "1"`:                    {with(func(l *Layer) { l.Name = "1" })},
		`layer 1: name: "image"`:                {with(func(l *Layer) { l.Name = "image" })},
		"layer 2: name: one is layer 1 already": {conv, conv},
		`layer 1: kind: unknown kind "cov"; did you mean "conv"?`:                  {with(func(l *Layer) { l.Kind = "cov" })},
		"layer 1: channels: 0 is not from 1 to 16384":                              {with(func(l *Layer) { l.Channels = 0 }), {Name: "s", Kind: Add, Inputs: []string{"one", "image"}}},
		"layer 1: groups: 65 is not from 1 to 64":                                  {with(func(l *Layer) { l.Groups = 65 })},
		"layer 1: groups: 2 do not divide both 3 channels":                         {with(func(l *Layer) { l.Groups = 2 })},
		"layer 1: kernel: 64 is not from 1 to 63":                                  {with(func(l *Layer) { l.Kernel = 64 })},
		"layer 1: kernel: 17 is not from 1 to 16":                                  {{Name: "p", Kind: MaxPool, Kernel: 17, Stride: 1}},
		"layer 1: stride: 0 is not from 1 to 16":                                   {with(func(l *Layer) { l.Stride = 0 })},
		"layer 1: padding: 3 is not from 0 to 2":                                   {with(func(l *Layer) { l.Padding = 3 })},
		`layer 1: border: unknown border "mirror"`:                                 {with(func(l *Layer) { l.Border = "mirror" })},
		"layer 1: ceil: not for a layer of the kind conv":                          {with(func(l *Layer) { l.Ceil = true })},
		"layer 1: epsilon: not for":                                                {with(func(l *Layer) { l.Epsilon = 1e-5 })},
		"layer 1: epsilon: 1 is not in [0, 1)":                                     {with(func(l *Layer) { l.BatchNorm, l.Epsilon = "bn", 1 })},
		"layer 2: kernel: not for a layer of the kind relu":                        {conv, {Name: "r", Kind: ReLU, Kernel: 3}},
		`layer 1: inputs: unknown layer "two"`:                                     {with(func(l *Layer) { l.Inputs = []string{"two"} }), with(func(l *Layer) { l.Name = "two" })},
		"layer 2: inputs: a layer of the kind add needs two":                       {conv, {Name: "s", Kind: Add}},
		"layer 2: inputs: a layer of the kind relu reads one":                      {conv, {Name: "s", Kind: ReLU, Inputs: []string{"one", "image"}}},
		"layer 2: inputs: one has 4 channels, image 3":                             {conv, {Name: "s", Kind: Add, Inputs: []string{"one", "image"}}},
		"layer 2: inputs: one has one pixel for 2 of the picture, image one for 1": {with(func(l *Layer) { l.Stride = 2 }), {Name: "s", Kind: Concat, Inputs: []string{"one", "image"}}},
	} {
		_, err := New(Description{Layers: append(slices.Clone(layers), Layer{Name: "last", Kind: ReLU})}, nil)
		if len(layers) == 0 {
			_, err = New(Description{}, nil)
		}
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one that says %q alone", err, want)
		}
	}
	var p *Problem
	if _, err := New(Description{Layers: []Layer{conv, {Name: "x"}}}, nil); !errors.As(err, &p) || p.Layer != 1 {
		t.Errorf("error %v, want a Problem of layer 1", err)
	}
	deep := slices.Repeat([]Layer{{Kind: MaxPool, Kernel: 16, Stride: 16}}, 4)
	for i := range deep {
		deep[i].Name = string(rune('a' + i))
	}
	if _, err := New(Description{Layers: deep}, nil); err == nil || !strings.Contains(err.Error(), "one pixel for 65536 of the picture") {
		t.Errorf("error %v for a network with a stride of 65536", err)
	}
}

// TestShapesThatDiffer: inputs that have equal sizes only for some pictures are an error
// for the others; they are not stretched.
func TestShapesThatDiffer(t *testing.T) {
	layers := []Layer{
		{Name: "half", Kind: MaxPool, Kernel: 2, Stride: 2},
		{Name: "other", Kind: AvgPool, Inputs: []string{framework.ImageTap}, Kernel: 2, Stride: 2, Ceil: true},
		{Name: "sum", Kind: Add, Inputs: []string{"half", "other"}},
	}
	n := described(t, layers, source(t, nil))
	b := graph.NewDoubleBuilder()
	if _, err := n.Build(b, b.Variable(2, 4, 3), []string{"sum"}); err != nil {
		t.Error(err)
	}
	b = graph.NewDoubleBuilder()
	_, err := n.Build(b, b.Variable(3, 4, 3), []string{"sum"}) // 1×2 and 2×2: Add alone would repeat the row
	if err == nil || !strings.Contains(err.Error(), "its inputs are 1×2 and 2×2 here: pad them alike, or use pictures whose sides are multiples of 2") {
		t.Errorf("error %v", err)
	}
}

// TestPad: the values are those of PyTorch's modes; the gradient is checked too.
func TestPad(t *testing.T) {
	shape := graph.Shape{3, 4, 2}
	for border, want := range map[Border][]float64{ // of a row 1 2 3 4, padded by 2
		Zero:      {0, 0, 1, 2, 3, 4, 0, 0},
		Reflect:   {3, 2, 1, 2, 3, 4, 3, 2},
		Replicate: {1, 1, 1, 2, 3, 4, 4, 4},
	} {
		b := graph.NewDoubleBuilder()
		node := pad(b, b.Variable(shape...), 2, border)
		p, err := b.Compile(node)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, shape.Len())
		for i := range x {
			x[i] = float64(i/2%4 + 1)
		}
		if err := p.Run(t.Context(), graph.Double(shape, x)); err != nil {
			t.Fatal(err)
		}
		got := p.Value(node)
		if !got.Shape.Equal(graph.Shape{7, 8, 2}) {
			t.Errorf("%s: shape %v", border, got.Shape)
		}
		for i, v := range want {
			if got.Double[(3*8+i)*2+1] != v {
				t.Errorf("%s: a row is %v, want %v", border, got.Double[3*16:4*16], want)
				break
			}
		}
		plugintest.Gradient(t, shape, plugintest.Away(shape.Len(), 5), func(b *graph.Builder, x graph.Node) graph.Node {
			padded := pad(b, x, 2, border)
			weights := plugintest.Away(padded.Shape().Len(), 6)
			return b.Sum(b.Mul(b.Square(padded), b.Constant("weights", graph.Double(padded.Shape(), weights))))
		})
	}
}

// TestHannPool: the gradient of windows that overlap and reach beyond the border.
func TestHannPool(t *testing.T) {
	shape := graph.Shape{6, 7, 2}
	plugintest.Gradient(t, shape, plugintest.Away(shape.Len(), 7), func(b *graph.Builder, x graph.Node) graph.Node {
		pooled := hannPool(b, x, graph.Pool{Size: 3, Stride: 2, Pad: 1})
		return b.Sum(b.Mul(pooled, b.Constant("weights", graph.Double(pooled.Shape(), plugintest.Away(pooled.Shape().Len(), 8)))))
	})
}
