// Package goldens compares presets with the numbers of independent programs, by running the
// preset's own resolved config.
//
// A reference is NAME.json in a folder with its images; a script beside it, in Python with
// PyTorch, writes it from the recipe's formulas.
package goldens

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp"
	"runexp/backbones"
	"runexp/configs"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/weights"
	"runexp/internal/shared"
)

// A Reference is what the other program computed.
type Reference struct {
	Preset    string   // extended by the config that is run
	Content   string   // image files, relative to the reference
	Style     string   //
	Overrides []string // of every run, as on the command line; paths relative to the reference
	Shared    bool     // needs the weights of internal/shared: the test is skipped without them
	Probe     *Probe   // nil for none
	Trace     []Row    // the run itself, all its stages; empty for none
}

// A Probe is the losses at one picture, in the first stage.
type Probe struct {
	Image     string             // the picture
	Overrides []string           // besides those of every run
	Terms     map[string]float64 // by loss: Σ weight of the term · term
	Gradients map[string]string  // by loss: a safetensors file with the tensor "gradient" of Terms with respect to the variable
}

// A Row is the loss before one iteration, or at the end of a stage.
type Row struct {
	Stage, Iteration int
	Total            float64
	Terms            map[string]float64 // by loss, as in Probe
	Mean, Moved      *float64           // of the variable x: its mean, and ‖x − x₀‖ from the first of its stage; nil in the last row of a stage
}

// Tolerance is relative to the larger of a number of the reference and the rms of all
// numbers of its kind, for a gradient to its norm.
const Tolerance = 1e-3

// Check compares the reference at path with runs of its preset.
func Check(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := subject{dir: filepath.Dir(path), plugins: runexp.Builtin()}
	if err := json.Unmarshal(data, &s.Reference); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var places weights.Places
	if s.Shared {
		places.Env = filepath.Join(shared.Dir(t), "weights")
	}
	s.plugins.Backbones = backbones.Registry(places)
	if s.engine, err = compute.NewEngine(compute.Options{ISA: os.Getenv("RUNEXP_ISA")}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.engine.Close)
	if s.Probe != nil {
		for _, loss := range slices.Sorted(maps.Keys(s.Probe.Terms)) {
			t.Run("probe "+loss, func(t *testing.T) { s.probe(t, loss) })
		}
	}
	if len(s.Trace) > 0 {
		t.Run("trace", s.trace)
	}
}

// A subject is a reference with what runs its preset.
type subject struct {
	Reference
	dir     string // of the reference
	plugins framework.Plugins
	engine  *compute.Engine
}

// prepare prepares a run of the preset.
func (s subject) prepare(t *testing.T, overrides ...string) *run.Prepared {
	t.Helper()
	absolute := func(name string) string {
		path, err := filepath.Abs(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := fmt.Sprintf("extends: [%s]\ncontent: %q\n", s.Preset, absolute(s.Content))
	if s.Style != "" {
		text += fmt.Sprintf("style: %q\n", absolute(s.Style))
	}
	file := filepath.Join(t.TempDir(), "golden.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l := config.Loader{Plugins: s.plugins, Presets: configs.Presets(), WorkDir: s.dir}
	r, err := l.Load(file, slices.Concat(s.Overrides, overrides))
	if err != nil {
		t.Fatal(err)
	}
	p, err := run.Prepare(r.Experiment, s.plugins, s.engine)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// probe compares one loss and its gradient at the probe. The other losses have weight 0, and
// a step of momentum 0 leaves the gradient in the optimiser's state.
func (s subject) probe(t *testing.T, loss string) {
	overrides := slices.Clone(s.Probe.Overrides)
	overrides = append(overrides, "init={from: image, image: "+s.Probe.Image+"}", "stages.0.iterations=2", "losses."+loss+".weight=1",
		"stages.0.optimizer={name: momentum, momentum: 0, lr: 1e-9}")
	for other := range s.Probe.Terms {
		if other != loss {
			overrides = append(overrides, "losses."+other+".weight=0")
		}
	}
	var term float64
	var gradient []float32
	p := s.prepare(t, overrides...)
	_, err := p.Optimize(t.Context(), run.ObserverFunc(func(e run.Event) error {
		switch e := e.(type) {
		case run.Row:
			if e.Step == 0 {
				term = sums(e)[loss]
			}
		case run.SafePoint:
			if e.State.Step == 1 {
				gradient = slices.Clone(e.State.Optimizer[0].PerPixel)
			}
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := s.Probe.Terms[loss]
	off := math.Abs(term-want) / math.Abs(want)
	if !(off <= Tolerance) {
		t.Errorf("term %.9g, the reference's %.9g", term, want)
	}
	apart := 0.0
	if file := s.Probe.Gradients[loss]; file != "" {
		reference := s.gradient(t, file)
		if len(reference) != len(gradient) {
			t.Fatalf("a gradient of %d elements, the reference's has %d", len(gradient), len(reference))
		}
		apart = norm(gradient, reference) / norm(reference, nil)
		if !(apart <= Tolerance) {
			t.Errorf("gradient off by %.3g of its norm", apart)
		}
	}
	t.Logf("term off by %.2g, gradient by %.2g of its norm", off, apart)
}

// gradient reads a gradient; planes [1, 3, H, W] become [H, W, 3], another shape stays.
func (s subject) gradient(t *testing.T, name string) []float32 {
	t.Helper()
	file, err := weights.Open(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	read, err := file.Read("gradient")
	if err != nil {
		t.Fatal(err)
	}
	shape, err := file.Shape("gradient")
	if err != nil {
		t.Fatal(err)
	}
	if len(shape) != 4 || shape[0] != 1 || shape[1] != 3 {
		return read
	}
	x, plane := make([]float32, len(read)), shape[2]*shape[3]
	for i := range x {
		x[i] = read[i%3*plane+i/3]
	}
	return x
}

// norm returns ‖x − y‖; y may be nil for 0.
func norm(x, y []float32) float64 {
	sum := 0.0
	for i, v := range x {
		d := float64(v)
		if y != nil {
			d -= float64(y[i])
		}
		sum += d * d
	}
	return math.Sqrt(sum)
}

// sums returns a row's losses: Σ weight of the term · term.
func sums(r run.Row) map[string]float64 {
	all := map[string]float64{}
	for _, term := range r.Terms {
		all[term.Loss] += term.Weight * term.Value
	}
	return all
}

// trace compares a whole run, row by row.
func (s subject) trace(t *testing.T) {
	var rows []Row
	var next Row // the variable before the next row
	var start []float32
	_, err := s.prepare(t).Optimize(t.Context(), run.ObserverFunc(func(e run.Event) error {
		switch e := e.(type) {
		case run.SafePoint:
			x := e.State.X
			if e.State.Iteration == 0 {
				start = slices.Clone(x)
			}
			mean, moved := 0.0, norm(x, start)
			for _, v := range x {
				mean += float64(v) / float64(len(x))
			}
			next = Row{Mean: &mean, Moved: &moved}
		case run.Row:
			if next.Stage, next.Iteration, next.Total, next.Terms = e.Stage, e.Iteration, e.Total, sums(e); e.Last {
				next.Mean, next.Moved = nil, nil
			}
			rows = append(rows, next)
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(s.Trace) {
		t.Fatalf("%d rows, the reference has %d", len(rows), len(s.Trace))
	}
	scale := map[string]float64{}
	for _, row := range s.Trace {
		for kind, v := range row.numbers() {
			scale[kind] = math.Hypot(scale[kind], v/math.Sqrt(float64(len(s.Trace))))
		}
	}
	worst := map[string]float64{}
	for i, row := range s.Trace {
		if row.Stage != rows[i].Stage || row.Iteration != rows[i].Iteration {
			t.Fatalf("row %d is of stage %d, iteration %d, the reference's of stage %d, iteration %d", i, rows[i].Stage, rows[i].Iteration, row.Stage, row.Iteration)
		}
		got := rows[i].numbers()
		for kind, want := range row.numbers() {
			value, has := got[kind]
			off := math.Abs(value-want) / max(math.Abs(want), scale[kind])
			worst[kind] = max(worst[kind], off)
			if !has || !(off <= Tolerance) {
				t.Errorf("stage %d, iteration %d: %s %.9g, the reference's %.9g", row.Stage, row.Iteration, kind, value, want)
			}
		}
	}
	var all []string
	for _, kind := range slices.Sorted(maps.Keys(worst)) {
		all = append(all, fmt.Sprintf("%s %.2g", kind, worst[kind]))
	}
	t.Logf("largest deviations over %d rows: %s", len(rows), strings.Join(all, ", "))
}

// numbers returns a row's numbers by kind.
func (r Row) numbers() map[string]float64 {
	all := map[string]float64{"total": r.Total}
	for loss, v := range r.Terms {
		all["loss "+loss] = v
	}
	if r.Mean != nil {
		all["mean of x"] = *r.Mean
	}
	if r.Moved != nil {
		all["way of x"] = *r.Moved
	}
	return all
}
