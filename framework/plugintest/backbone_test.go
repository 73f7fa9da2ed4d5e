package plugintest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"runexp/framework"
	"runexp/framework/graph"
)

// small is a correct backbone: conv1, relu1, pool1, conv2. Tests change fields to introduce
// faults.
type small struct {
	list    []framework.Layer
	is      framework.Weights
	filters func(name string, in, out int) *graph.Filter
	deepest func(taps []string) int
	relu    func(b *graph.Builder, x graph.Node) graph.Node
	tap     func(nodes map[string]graph.Node)
	side    func(deepest int) int // of the layer at that place
}

func newSmall() *small {
	made := map[string]*graph.Filter{
		"conv1": newFilter("conv1", 3, 4),
		"conv2": newFilter("conv2", 4, 6),
	}
	s := &small{
		list: []framework.Layer{
			{Index: 0, Name: "conv1", Kind: "conv", Channels: 4, Stride: 1, Receptive: 3, Parameters: 112},
			{Index: 1, Name: "relu1", Kind: "relu", Channels: 4, Stride: 1, Receptive: 3},
			{Index: 2, Name: "pool1", Kind: "maxpool", Channels: 4, Stride: 2, Receptive: 4},
			{Index: 3, Name: "conv2", Kind: "conv", Channels: 6, Stride: 2, Receptive: 8, Parameters: 222},
		},
		is: framework.Weights{
			Name: "small", SHA256: "00", Format: "random", FeatureScale: 1,
			Input: framework.Input{Order: "RGB", Scale: 1, Std: [3]float64{1, 1, 1}},
		},
		filters: func(name string, _, _ int) *graph.Filter { return made[name] },
		relu:    func(b *graph.Builder, x graph.Node) graph.Node { return b.ReLU(x) },
		tap:     func(map[string]graph.Node) {},
		side: func(deepest int) int {
			if deepest >= 2 {
				return 2
			}
			return 1
		},
	}
	s.deepest = func(taps []string) int {
		last := 0
		for _, tap := range taps {
			last = max(last, slices.Index(framework.LayerNames(s.list), tap))
		}
		return last
	}
	return s
}

func newFilter(name string, in, out int) *graph.Filter {
	source := rand.New(rand.NewPCG(uint64(len(name)+in), 17))
	f := &graph.Filter{In: in, Out: out, KH: 3, KW: 3, Stride: 1, Pad: 1, Bias: make([]float32, out), Kernel: make([]float32, out*in*9)}
	for i := range f.Kernel {
		f.Kernel[i] = float32(source.NormFloat64() / 3)
	}
	return f
}

func (s *small) Layers() []framework.Layer { return s.list }

func (s *small) Weights(taps []string) (framework.Weights, error) {
	_, err := framework.Deepest(s.list, taps)
	return s.is, err
}

func (s *small) MinSide(taps []string) (int, error) {
	deepest, err := framework.Deepest(s.list, taps)
	return s.side(deepest), err
}

func (s *small) Build(b *graph.Builder, image graph.Node, taps []string) (map[string]graph.Node, error) {
	if _, err := framework.Deepest(s.list, taps); err != nil {
		return nil, err
	}
	nodes := map[string]graph.Node{}
	x := image
	for _, l := range s.list[:s.deepest(taps)+1] {
		switch l.Kind {
		case "conv":
			x = b.Conv(x, s.filters(l.Name, x.Shape()[2], l.Channels))
		case "relu":
			x = s.relu(b, x)
		case "maxpool":
			x = b.MaxPool(x, graph.Pool{Size: 2, Stride: 2})
		}
		if err := b.Err(); err != nil {
			return nil, err
		}
		nodes[l.Name] = x
	}
	s.tap(nodes)
	return nodes, nil
}

func TestBackbone(t *testing.T) { Backbone(t, newSmall()) }

// TestBackboneFindsFaults introduces one fault at a time, which the named check must find.
func TestBackboneFindsFaults(t *testing.T) {
	for name, c := range map[string]struct {
		check string
		spoil func(*small)
	}{
		"same name":       {"layers", func(s *small) { s.list[3].Name = "conv1" }},
		"a glob":          {"layers", func(s *small) { s.list[3].Name = "conv*" }},
		"a number":        {"layers", func(s *small) { s.list[3].Name = "7" }},
		"the picture":     {"layers", func(s *small) { s.list[3].Name = "image" }},
		"index":           {"layers", func(s *small) { s.list[3].Index = 2 }},
		"no layers":       {"layers", func(s *small) { s.list = nil }},
		"no checksum":     {"weights", func(s *small) { s.is.SHA256 = "" }},
		"input":           {"weights", func(s *small) { s.is.Input.Std[1] = 0 }},
		"scale":           {"weights", func(s *small) { s.is.FeatureScale = 0 }},
		"channels":        {"shapes", func(s *small) { s.list[2].Channels = 5 }},
		"stride, shape":   {"shapes", func(s *small) { s.list[3].Stride = 4 }},
		"parameters":      {"smallest pictures", func(s *small) { s.list[0].Parameters = 108 }},
		"more parameters": {"smallest pictures", func(s *small) { s.list[3].Parameters = 300 }},
		"past the deepest": {"smallest pictures", func(s *small) {
			s.list[0].Receptive = 1 // a picture too small for pool1
			s.deepest = func([]string) int { return 3 }
		}},
		"stride":        {"windows", func(s *small) { s.list[3].Stride = 1 }},
		"receptive":     {"windows", func(s *small) { s.list[3].Receptive = 6 }},
		"receptive 10":  {"windows", func(s *small) { s.list[3].Receptive = 10 }},
		"in place":      {"features", func(s *small) { s.tap = func(nodes map[string]graph.Node) { nodes["conv1"] = nodes["relu1"] } }},
		"no ReLU":       {"features", func(s *small) { s.relu = func(b *graph.Builder, x graph.Node) graph.Node { return b.Scale(x, 1) } }},
		"too small":     {"sides", func(s *small) { s.side = func(int) int { return 1 } }},
		"too large":     {"sides", func(s *small) { s.side = func(int) int { return 2 } }},
		"no side":       {"sides", func(s *small) { s.side = func(int) int { return 0 } }},
		"two copies":    {"sharing", func(s *small) { s.filters = newFilter }},
		"missing tap":   {"features", func(s *small) { s.tap = func(nodes map[string]graph.Node) { delete(nodes, "pool1") } }},
		"taps swapped":  {"shapes", func(s *small) { s.tap = func(nodes map[string]graph.Node) { nodes["pool1"] = nodes["relu1"] } }},
		"made-up layer": {"unknown layers", func(s *small) { s.list = append(s.list, framework.Layer{Name: "conv99_9", Kind: "relu"}) }},
		"only zeros":    {"features", func(s *small) { s.filters = deadFilter }},
	} {
		s := newSmall()
		c.spoil(s)
		found := false
		for _, check := range backboneChecks() {
			if check.name == c.check {
				found = guarded(func() error { return check.check(backboneSubject{s}) }) != nil
			}
		}
		if !found {
			t.Errorf("%s: the check %q finds nothing", name, c.check)
		}
	}
}

// deadFilter is a newFilter with only negative outputs.
func deadFilter(name string, in, out int) *graph.Filter {
	f := newFilter(name, in, out)
	for i := range f.Bias {
		f.Bias[i] = -100
	}
	return f
}
