package experiments_test

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/weights"
	"runexp/internal/shared"
	"runexp/losses/content"
	"runexp/losses/gram"
	"runexp/losses/tv"
	"runexp/optimizers/adam"
)

// golden holds PyTorch's results of the d2l recipe on VGG-19 with Oxford's weights.
type golden struct {
	FeatureScale float64 `json:"feature_scale"`
	Activations  map[string]struct {
		Mean, RMS float64
	} `json:"activations_of_content"`
	Probe struct {
		Terms       map[string]float64
		GradientL2  map[string]float64 `json:"gradient_l2"`
		GradientMax map[string]float64 `json:"gradient_max"`
	}
	Trace []struct {
		Total, Content, Style, TV float64
		GradientL2                float64 `json:"gradient_l2"`
		XMean                     float64 `json:"x_mean"`
	}
}

// tolerance is relative to the larger of the reference and the rms, or maximum, of its kind.
const tolerance = 1e-3

const height, width = 150, 225

func readGolden(t *testing.T, dir string) golden {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "golden", "d2l_vgg19_oxford.json"))
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func newEngine(t *testing.T, isa string) *compute.Engine {
	t.Helper()
	engine, err := compute.NewEngine(compute.Options{ISA: isa})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	return engine
}

func newVGG19(dir string) *vgg.Backbone {
	c := vgg.Defaults("vgg19")
	return vgg.New("vgg19", c, weights.Places{Env: filepath.Join(dir, "weights")})
}

// normalized returns the pixels of an image in the recipe's space.
func normalized(t *testing.T, path string) []float32 {
	t.Helper()
	image, err := imaging.Decode(path)
	if err != nil {
		t.Fatal(err)
	}
	mean, std := [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}
	x := make([]float32, len(image.Pix))
	for i, u := range image.Pix {
		x[i] = float32((float64(u) - mean[i%3]) / std[i%3])
	}
	return x
}

// build adds preprocessing and network for a variable in normalised RGB.
func build(t *testing.T, b *graph.Builder, v *vgg.Backbone, image graph.Node, taps []string) framework.View {
	t.Helper()
	// 255·(x·std + mean) − BGR mean, in BGR order.
	m := [3][3]float64{{0, 0, 255 * 0.225}, {0, 255 * 0.224, 0}, {255 * 0.229, 0, 0}}
	bias := [3]float64{255*0.406 - 103.939, 255*0.456 - 116.779, 255*0.485 - 123.68}
	nodes, err := v.Build(b, b.Affine(image, m, bias), taps)
	if err != nil {
		t.Fatal(err)
	}
	nodes[framework.ImageTap] = image
	return framework.View{Taps: nodes}
}

func compile(t *testing.T, p *graph.Program, err error) *graph.Program {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestActivationsArePyTorchs(t *testing.T) {
	dir := shared.Dir(t)
	g := readGolden(t, dir)
	var taps []string
	for tap := range g.Activations {
		taps = append(taps, tap)
	}
	slices.Sort(taps)
	b := graph.NewBuilder(newEngine(t, os.Getenv("RUNEXP_ISA")))
	view := build(t, b, newVGG19(dir), b.Variable(height, width, 3), taps)
	var nodes []graph.Node
	for _, tap := range taps {
		nodes = append(nodes, view.Taps[tap])
	}
	p, err := b.Compile(nodes...)
	p = compile(t, p, err)
	x := normalized(t, filepath.Join(dir, "golden", "content.png"))
	if err := p.Run(context.Background(), graph.Single(graph.Shape{height, width, 3}, x)); err != nil {
		t.Fatal(err)
	}
	worst := 0.0
	for _, tap := range taps {
		sum, squares := 0.0, 0.0
		values := p.Value(view.Taps[tap]).Single
		for _, v := range values {
			sum += float64(v)
			squares += float64(v) * float64(v)
		}
		n, want := float64(len(values)), g.Activations[tap]
		for kind, pair := range map[string][2]float64{"mean": {sum / n, want.Mean}, "rms": {math.Sqrt(squares / n), want.RMS}} {
			off := math.Abs(pair[0]-pair[1]) / max(math.Abs(pair[1]), want.RMS)
			worst = max(worst, off)
			if off > tolerance {
				t.Errorf("%s: %s %.9g, PyTorch's %.9g", tap, kind, pair[0], pair[1])
			}
		}
	}
	t.Logf("%d layers, largest deviation %.2g", len(taps), worst)
}

// TestTermsAndGradientsArePyTorchs compares the plain kernels with PyTorch element by
// element, the fast ones by the norm of the difference: in another order of summation
// one of the eight million ReLU units or pooling windows, whose inputs lie within 1e-7
// of a tie, switches, and the gradient of its whole patch changes.
func TestTermsAndGradientsArePyTorchs(t *testing.T) {
	for _, isa := range []string{"generic", os.Getenv("RUNEXP_ISA")} {
		engine := newEngine(t, isa)
		t.Run(engine.Variant(), func(t *testing.T) { gradientsArePyTorchs(t, engine) })
	}
}

func gradientsArePyTorchs(t *testing.T, engine *compute.Engine) {
	dir := shared.Dir(t)
	g := readGolden(t, dir)
	file, err := weights.Open(filepath.Join(dir, "golden", "d2l_vgg19_oxford_gradients.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read := func(name string) []float32 { // [1, 3, H, W] → [H, W, 3]
		planes, err := file.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float32, len(planes))
		for i := range x {
			x[i] = planes[i%3*height*width+i/3]
		}
		return x
	}
	probe := graph.Single(graph.Shape{height, width, 3}, read("probe"))
	images := map[framework.Role]string{framework.Content: "content.png", framework.Style: "style.png"}
	network := newVGG19(dir)
	for name, loss := range textbookLosses(t) {
		t.Run(name, func(t *testing.T) {
			var taps []string
			for _, tap := range loss.Taps() {
				if tap.Layer != framework.ImageTap {
					taps = append(taps, tap.Layer)
				}
			}
			view := func(b *graph.Builder, image graph.Node) framework.View {
				if len(taps) == 0 {
					return framework.View{Taps: map[string]graph.Node{framework.ImageTap: image}}
				}
				return build(t, b, network, image, taps)
			}
			represent := func(b *graph.Builder, image graph.Node) framework.Values {
				values, err := loss.Represent(b, view(b, image))
				if err != nil {
					t.Fatal(err)
				}
				return values
			}
			b := graph.NewBuilder(engine)
			want := framework.Targets{}
			for _, role := range loss.Roles() {
				tb := graph.NewBuilder(engine)
				values := represent(tb, tb.Variable(height, width, 3))
				p, err := tb.Compile(slices.Collect(maps.Values(values))...)
				p = compile(t, p, err)
				x := normalized(t, filepath.Join(dir, "golden", images[role]))
				if err := p.Run(context.Background(), graph.Single(probe.Shape, x)); err != nil {
					t.Fatal(err)
				}
				reference := framework.Target{Weight: 1, Values: framework.Values{}}
				for name, n := range values {
					reference.Values[name] = b.Constant("target "+name, p.Value(n).Clone())
				}
				want[role] = append(want[role], reference)
			}
			terms, err := loss.Score(b, represent(b, b.Variable(height, width, 3)), want)
			if err != nil {
				t.Fatal(err)
			}
			total := terms[0].Node
			for _, term := range terms[1:] {
				total = b.Add(total, term.Node)
			}
			p, err := b.CompileGradient(total)
			p = compile(t, p, err)
			if err := p.Run(context.Background(), probe); err != nil {
				t.Fatal(err)
			}
			value, reference := p.Scalar(total), g.Probe.Terms[name]
			if off := math.Abs(value-reference) / reference; off > tolerance {
				t.Errorf("term %.9g, PyTorch's %.9g", value, reference)
			}
			difference, length, largest := 0.0, 0.0, 0.0
			gradient := p.Gradient().Single
			for i, r := range read("gradient." + name) {
				d := float64(gradient[i]) - float64(r)
				difference = math.Hypot(difference, d)
				length = math.Hypot(length, float64(r))
				largest = max(largest, math.Abs(d))
			}
			elements := engine.Variant() == "generic"
			if difference > tolerance*length || elements && largest > tolerance*g.Probe.GradientMax[name] {
				t.Errorf("gradient off by %.3g of its norm, %.3g of its largest element", difference/length, largest/g.Probe.GradientMax[name])
			}
			t.Logf("term off by %.2g, gradient by %.2g of its norm and %.2g of its largest element",
				math.Abs(value-reference)/reference, difference/length, largest/g.Probe.GradientMax[name])
		})
	}
}

func textbookLosses(t *testing.T) map[string]framework.Loss {
	t.Helper()
	c, err1 := content.New(content.Defaults())
	s, err2 := gram.New(gram.Defaults())
	v, err3 := tv.New(tv.Defaults())
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	return map[string]framework.Loss{"content": c, "style": s, "tv": v}
}

// TestTraceIsPyTorchs runs the recipe through the public entry points.
func TestTraceIsPyTorchs(t *testing.T) {
	dir := shared.Dir(t)
	g := readGolden(t, dir)
	watched := &watchedAdam{}
	optimizers := framework.NewRegistry[framework.Optimizer]("optimizer")
	framework.Register(optimizers, "adam", "", adam.Defaults, func(c adam.Config) (framework.Optimizer, error) {
		o, err := adam.New(c)
		watched.Optimizer = o
		return watched, err
	})
	e, plugins := recipe(dir, height, width, len(g.Trace)-1)
	plugins.Optimizers = optimizers
	plan, err := run.Prepare(e, plugins, newEngine(t, os.Getenv("RUNEXP_ISA")))
	if err != nil {
		t.Fatal(err)
	}
	rows := &recorder{}
	if _, err := plan.Optimize(context.Background(), rows); err != nil {
		t.Fatal(err)
	}
	if len(rows.rows) != len(g.Trace) {
		t.Fatalf("%d rows, PyTorch has %d", len(rows.rows), len(g.Trace))
	}
	worst := map[string]float64{}
	for i, row := range rows.rows {
		want := g.Trace[i]
		sums := map[string]float64{}
		for _, term := range row.Terms {
			sums[term.Loss] += term.Weight * term.Value
		}
		compare := func(kind string, got, reference, largest float64) {
			off := math.Abs(got-reference) / max(math.Abs(reference), largest)
			worst[kind] = max(worst[kind], off)
			if off > tolerance {
				t.Errorf("iteration %d: %s %.9g, PyTorch's %.9g", i, kind, got, reference)
			}
		}
		compare("total", row.Total, want.Total, 0)
		compare("content", sums["content"], want.Content, 1e-6) // 0 at the content image itself
		compare("style", sums["style"], want.Style, 0)
		compare("tv", sums["tv"], want.TV, 0)
		if i < len(watched.lengths) {
			compare("gradient's length", watched.lengths[i], want.GradientL2, 0)
			compare("x's mean", watched.means[i], want.XMean, 0)
		}
	}
	t.Logf("largest deviations over %d rows: %v", len(rows.rows), worst)
}

func ptr[T any](v T) *T { return &v }

// watchedAdam records x's mean and the gradient's norm at every step.
type watchedAdam struct {
	framework.Optimizer
	means, lengths []float64
}

func (w *watchedAdam) Step(ctx context.Context, f framework.Objective, x []float32, rate float64) (framework.Outcome, error) {
	return w.Optimizer.Step(ctx, func(ctx context.Context, x, grad []float32) (float64, error) {
		loss, err := f(ctx, x, grad)
		mean, length := 0.0, 0.0
		for i := range x {
			mean += float64(x[i])
			length += float64(grad[i]) * float64(grad[i])
		}
		w.means, w.lengths = append(w.means, mean/float64(len(x))), append(w.lengths, math.Sqrt(length))
		return loss, err
	}, x, rate)
}

// recorder is an Observer that collects the rows.
type recorder struct{ rows []run.Row }

func (r *recorder) Observe(e run.Event) error {
	if row, is := e.(run.Row); is {
		r.rows = append(r.rows, row)
	}
	return nil
}
