package plugintest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/graph"
)

// Backbone tests a backbone against framework.Backbone's contract. Its weights must be
// available. It measures strides and receptive fields of layers with a receptive field of
// at most 24 pixels, and compares gradients with central differences up to 10.
func Backbone(t *testing.T, v framework.Backbone) {
	t.Helper()
	s := backboneSubject{v}
	for _, c := range backboneChecks() {
		t.Run(c.name, func(t *testing.T) {
			if err := guarded(func() error { return c.check(s) }); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("gradient", s.gradient)
}

// A backboneSubject is a backbone under test. A check returns its first violation.
type backboneSubject struct{ framework.Backbone }

type backboneCheck struct {
	name  string
	check func(backboneSubject) error
}

func backboneChecks() []backboneCheck {
	return []backboneCheck{
		{"layers", backboneSubject.layers},
		{"weights", backboneSubject.weights},
		{"unknown layers", backboneSubject.unknown},
		{"shapes", backboneSubject.shapes},
		{"smallest pictures", backboneSubject.smallest},
		{"sides", backboneSubject.sides},
		{"windows", backboneSubject.windows},
		{"features", backboneSubject.features},
		{"sharing", backboneSubject.sharing},
	}
}

func (s backboneSubject) names() []string { return framework.LayerNames(s.Layers()) }

// receptive returns the largest receptive field of the first n layers.
func receptive(layers []framework.Layer) int {
	r := 1
	for _, l := range layers {
		r = max(r, l.Receptive)
	}
	return r
}

func parameters(layers []framework.Layer) int {
	n := 0
	for _, l := range layers {
		n += l.Parameters
	}
	return n
}

// layers checks that a config can name every layer unambiguously.
func (s backboneSubject) layers() error {
	if len(s.Layers()) == 0 {
		return errors.New("no layers")
	}
	seen := map[string]bool{framework.ImageTap: true}
	last := -1
	for _, l := range s.Layers() {
		_, notNumber := strconv.Atoi(l.Name)
		switch {
		case l.Name == "" || notNumber == nil || strings.ContainsAny(l.Name, `*?[]\`):
			return fmt.Errorf("layer %d: a config cannot name %q", l.Index, l.Name)
		case seen[l.Name]:
			return fmt.Errorf("layer %d: the name %s is taken", l.Index, l.Name)
		case l.Index <= last:
			return fmt.Errorf("%s: index %d after %d", l.Name, l.Index, last)
		case l.Kind == "" || l.Channels < 1 || l.Stride < 1 || l.Receptive < 1 || l.Parameters < 0:
			return fmt.Errorf("%s: %+v", l.Name, l)
		}
		seen[l.Name], last = true, l.Index
	}
	return nil
}

// weights checks the description of the weights before they are read.
func (s backboneSubject) weights() error {
	for _, l := range s.Layers() {
		w, err := s.Weights([]string{l.Name})
		if err != nil {
			return err
		}
		in := w.Input
		switch {
		case w.Name == "" || w.Format == "":
			return fmt.Errorf("weights without a name or a format: %+v", w)
		case (w.Path == "") == (w.SHA256 == ""):
			return fmt.Errorf("weights %s: give the path of a file, or the checksum of weights without one", w.Name)
		case in.Order != "RGB" && in.Order != "BGR" || !(in.Scale > 0) || in.Std[0]*in.Std[1]*in.Std[2] == 0:
			return fmt.Errorf("weights %s: input %+v", w.Name, in)
		case !(w.FeatureScale > 0) || math.IsInf(w.FeatureScale, 0):
			return fmt.Errorf("weights %s: feature scale %g", w.Name, w.FeatureScale)
		}
	}
	return nil
}

// unknown checks that an unknown layer is an error that names it.
func (s backboneSubject) unknown() error {
	const name = "conv99_9"
	b := graph.NewDoubleBuilder()
	_, err1 := s.Weights([]string{s.Layers()[0].Name, name})
	_, err2 := s.Build(b, b.Variable(64, 64, 3), []string{name})
	for method, err := range map[string]error{"Weights": err1, "Build": err2} {
		if err == nil || !strings.Contains(err.Error(), name) {
			return fmt.Errorf("%s returns %q for the unknown layer %s; use framework.Deepest", method, fmt.Sprint(err), name)
		}
	}
	return nil
}

// shapes checks every tap's shape for pictures of even and odd sides: the declared
// channels, and a number of pixels that the stride allows, with any padding.
func (s backboneSubject) shapes() error {
	r := receptive(s.Layers())
	for _, size := range [][2]int{{r, r}, {r + 1, r + 7}, {2*r + 3, r + 2}} {
		b := graph.NewDoubleBuilder()
		nodes, err := s.Build(b, b.Variable(size[0], size[1], 3), s.names())
		if err != nil {
			return fmt.Errorf("a picture of %d×%d: %w", size[0], size[1], err)
		}
		for _, l := range s.Layers() {
			shape := nodes[l.Name].Shape()
			if len(shape) != 3 || shape[2] != l.Channels {
				return fmt.Errorf("%s: shape %v, want %d channels", l.Name, shape, l.Channels)
			}
			for d, n := range size {
				if least, most := (n-l.Receptive)/l.Stride+1, n/l.Stride+1; shape[d] < least || shape[d] > most {
					return fmt.Errorf("%s: %d pixels become %d, want %d to %d at a stride of %d", l.Name, n, shape[d], least, most, l.Stride)
				}
			}
		}
	}
	return nil
}

// smallest builds every layer alone for a picture as large as its receptive field, which is
// too small for much deeper layers. The parameters in the graph must not exceed those that
// the layers up to it declare.
func (s backboneSubject) smallest() error {
	layers := s.Layers()
	for i, l := range layers {
		r := receptive(layers[:i+1])
		used, err := s.used(r, l.Name)
		if err != nil {
			return fmt.Errorf("%s alone, of a picture of %d×%d: %w", l.Name, r, r, err)
		}
		if declared := parameters(layers[:i+1]); used > declared {
			return fmt.Errorf("%s alone has %d parameters; the layers up to it declare %d", l.Name, used, declared)
		}
	}
	used, err := s.used(receptive(layers), s.names()...)
	if err != nil {
		return err
	}
	if declared := parameters(layers); used != declared {
		return fmt.Errorf("the network has %d parameters; its layers declare %d", used, declared)
	}
	return nil
}

// used counts the parameters in a program of the taps: filters, and the constants
// of other operations.
func (s backboneSubject) used(side int, taps ...string) (int, error) {
	b := graph.NewDoubleBuilder()
	nodes, err := s.Build(b, b.Variable(side, side, 3), taps)
	if err != nil {
		return 0, err
	}
	p, err := b.Compile(inOrder(nodes, taps)...)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range p.Filters() {
		n += len(f.Kernel) + len(f.Bias)
	}
	const double = 8 // bytes
	constants := int(p.Memory().Loads)/double - side*side*3
	return n + constants, nil
}

func inOrder(nodes map[string]graph.Node, taps []string) []graph.Node {
	list := make([]graph.Node, len(taps))
	for i, tap := range taps {
		list[i] = nodes[tap]
	}
	return list
}

// features runs the network in single precision: a tap is the same alone and among others,
// a convolution's is before its ReLU, and each has a gradient for the picture.
func (s backboneSubject) features() error {
	engine, err := compute.NewEngine(compute.Options{ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		return err
	}
	defer engine.Close()
	strides := 1
	for _, l := range s.Layers() {
		strides = max(strides, l.Stride)
	}
	x := randomPicture(3*strides+1, 2*strides+5, 1)
	run := func(taps []string) (map[string][]float64, []float64, error) {
		b := graph.NewBuilder(engine)
		nodes, err := s.Build(b, b.Variable(x.Shape...), taps)
		if err != nil {
			return nil, nil, err
		}
		list := inOrder(nodes, taps)
		p, err := b.CompileGradient(b.Mean(b.Square(list[0])), list...)
		if err != nil {
			return nil, nil, err
		}
		if err := p.Run(context.Background(), x); err != nil {
			return nil, nil, err
		}
		values := map[string][]float64{}
		for i, tap := range taps {
			values[tap] = p.Value(list[i]).Clone().Float64s()
		}
		return values, p.Gradient().Float64s(), nil
	}
	backwards := s.names()
	slices.Reverse(backwards)
	all, _, err := run(backwards)
	if err != nil {
		return err
	}
	for _, l := range s.Layers() {
		alone, gradient, err := run([]string{l.Name})
		if err != nil {
			return err
		}
		if !slices.Equal(alone[l.Name], all[l.Name]) {
			return fmt.Errorf("%s alone differs from %s among other taps", l.Name, l.Name)
		}
		if least := slices.Min(all[l.Name]); l.Kind == "relu" && least < 0 || l.Kind == "conv" && least >= 0 {
			return fmt.Errorf("%s, a %s, has values from %g on", l.Name, l.Kind, least)
		}
		size := 0.0
		for _, g := range gradient {
			size = math.Hypot(size, g)
		}
		if !(size > 0) || math.IsInf(size, 0) {
			return fmt.Errorf("%s: the picture's gradient has norm %g", l.Name, size)
		}
	}
	return nil
}

// sharing builds from several goroutines and checks that they share filters.
func (s backboneSubject) sharing() error {
	const builders = 4
	var filters [builders][]*graph.Filter
	var errs [builders]error
	var wait sync.WaitGroup
	r := receptive(s.Layers())
	for i := range builders {
		wait.Go(func() {
			b := graph.NewDoubleBuilder()
			nodes, err := s.Build(b, b.Variable(r, r+i, 3), s.names())
			if err != nil {
				errs[i] = err
				return
			}
			p, err := b.Compile(inOrder(nodes, s.names())...)
			if err != nil {
				errs[i] = err
				return
			}
			filters[i] = p.Filters()
		})
	}
	wait.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	for i := range builders {
		if len(filters[i]) == 0 || !slices.Equal(filters[i], filters[0]) {
			return errors.New("two graphs have two copies of the filters")
		}
	}
	return nil
}

// gradient compares the shallow layers' gradients with central differences.
func (s backboneSubject) gradient(t *testing.T) {
	var taps []string
	for _, l := range s.Layers() {
		if l.Receptive <= 10 {
			taps = append(taps, l.Name)
		}
	}
	shape := graph.Shape{11, 10, 3}
	Gradient(t, shape, Away(shape.Len(), 9), func(b *graph.Builder, x graph.Node) graph.Node {
		nodes, err := s.Build(b, x, taps)
		if err != nil {
			t.Fatal(err)
		}
		var total graph.Node
		for i, n := range inOrder(nodes, taps) {
			term := b.Scale(b.Mean(b.Square(n)), float64(i+1))
			if i > 0 {
				term = b.Add(total, term)
			}
			total = term
		}
		return total
	})
}
