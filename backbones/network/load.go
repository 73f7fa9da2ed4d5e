package network

import (
	"fmt"
	"math"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/weights"
)

// Pretrained is an open weights file and its description.
type Pretrained struct {
	*weights.File
	Is framework.Weights
	// Prefix is what stands before .weight and .bias in the names of a layer's
	// tensors; nil: what the description says.
	Prefix func(framework.Layer) string
}

// A Source opens the weights file of a network with layers. Errors say how to get it.
type Source func(layers []framework.Layer) (Pretrained, error)

// values are the numbers of one layer, ready for use.
type values struct {
	filters      []*graph.Filter // of a convolution, one for each group
	scale, shift graph.Tensor    // of an affine layer, [C]
}

// Tensors returns the shapes of the tensors that the whole network needs, by name. prefix is
// as in Pretrained.
func (n *Network) Tensors(prefix func(framework.Layer) string) map[string][]int {
	all := make([]bool, len(n.places))
	for i := range all {
		all[i] = true
	}
	return n.tensors(prefix, all)
}

func (n *Network) tensors(prefix func(framework.Layer) string, needed []bool) map[string][]int {
	want := map[string][]int{}
	for i, p := range n.places {
		if !needed[i] || p.Kind != Conv && p.Kind != Affine {
			continue
		}
		if tensor := n.tensor(prefix, i); p.Kind == Conv {
			want[tensor+".weight"] = []int{p.channels, p.in / p.groups(), p.Kernel, p.Kernel}
			if !p.NoBias {
				want[tensor+".bias"] = []int{p.channels}
			}
		} else if p.BatchNorm == "" {
			want[tensor+".weight"], want[tensor+".bias"] = []int{p.channels}, []int{p.channels}
		}
		if p.BatchNorm != "" {
			for _, suffix := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
				want[p.BatchNorm+suffix] = []int{p.channels}
			}
		}
	}
	return want
}

// tensor is the name in the file, without suffix, of layer i's tensors.
func (n *Network) tensor(prefix func(framework.Layer) string, i int) string {
	switch {
	case prefix != nil:
		return prefix(n.layers[i])
	case n.places[i].Tensor != "":
		return n.places[i].Tensor
	}
	return n.places[i].Name
}

// open opens the file and checks that it has the tensors of the needed layers.
func (n *Network) open(needed []bool) (Pretrained, error) {
	f, err := n.source(n.layers)
	if err != nil {
		return Pretrained{}, err
	}
	if err := f.Check(n.tensors(f.Prefix, needed)); err != nil {
		f.Close()
		return Pretrained{}, err
	}
	return f, nil
}

// load returns the values of the needed layers, by position; it reads those that are not
// loaded yet.
func (n *Network) load(needed []bool) ([]*values, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	missing := make([]bool, len(needed))
	some := false
	for i, p := range n.places {
		missing[i] = needed[i] && n.loaded[i] == nil && (p.Kind == Conv || p.Kind == Affine)
		some = some || missing[i]
	}
	if some {
		f, err := n.open(needed)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		for i := range missing {
			if !missing[i] {
				continue
			}
			if n.loaded[i], err = n.read(f, i); err != nil {
				return nil, err
			}
		}
	}
	loaded := make([]*values, len(needed))
	copy(loaded, n.loaded)
	return loaded, nil
}

// read reads the values of layer i. The features of every layer are divided by
// the feature scale, exactly: all kinds of layers are homogeneous, so that
// dividing every bias, and the kernels that read the picture, is enough.
func (n *Network) read(f Pretrained, i int) (*values, error) {
	p := n.places[i]
	tensor := n.tensor(f.Prefix, i)
	factor, summand, err := readNorm(f.File, p.Layer)
	if err != nil {
		return nil, err
	}
	var kernel []float32
	bias := make([]float32, p.channels)
	if p.Kind == Affine && p.BatchNorm != "" {
		kernel = filled(p.channels, 1)
	} else if kernel, err = f.Read(tensor + ".weight"); err != nil {
		return nil, err
	} else if !p.NoBias {
		if bias, err = f.Read(tensor + ".bias"); err != nil {
			return nil, err
		}
	}
	if factor != nil {
		each := len(kernel) / p.channels
		for c := range p.channels {
			for j := range each {
				kernel[c*each+j] = float32(float64(kernel[c*each+j]) * factor[c])
			}
			bias[c] = float32(float64(bias[c])*factor[c] + summand[c])
		}
	}
	if p.inputs[0] == picture {
		divide(kernel, f.Is.FeatureScale)
	}
	divide(bias, f.Is.FeatureScale)
	if p.Kind == Affine {
		shape := graph.Shape{p.channels}
		return &values{scale: graph.Single(shape, kernel), shift: graph.Single(shape, bias)}, nil
	}
	return &values{filters: n.filters(p, kernel, bias)}, nil
}

// readNorm returns a batch norm as y = factor·x + summand; nil where l has none.
func readNorm(f *weights.File, l Layer) (factor, summand []float64, err error) {
	if l.BatchNorm == "" {
		return nil, nil, nil
	}
	var read [4][]float32
	for i, suffix := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
		if read[i], err = f.Read(l.BatchNorm + suffix); err != nil {
			return nil, nil, err
		}
	}
	factor, summand = make([]float64, len(read[0])), make([]float64, len(read[0]))
	for c := range factor {
		variance := float64(read[3][c]) + l.Epsilon
		if !(variance > 0) {
			return nil, nil, fmt.Errorf("tensor %s.running_var has %g at %d, and epsilon is %g: no deviation can be divided by", l.BatchNorm, read[3][c], c, l.Epsilon)
		}
		factor[c] = float64(read[0][c]) / math.Sqrt(variance)
		summand[c] = float64(read[1][c]) - float64(read[2][c])*factor[c]
	}
	return factor, summand, nil
}

// filters cuts a convolution's numbers into its groups'.
func (n *Network) filters(p place, kernel, bias []float32) []*graph.Filter {
	groups := p.groups()
	pad := p.Padding
	if p.explicit() {
		pad = 0
	}
	list := make([]*graph.Filter, groups)
	for g := range list {
		list[g] = &graph.Filter{
			In: p.in / groups, Out: p.channels / groups, KH: p.Kernel, KW: p.Kernel, Stride: p.Stride, Pad: pad,
			Kernel:   kernel[g*len(kernel)/groups : (g+1)*len(kernel)/groups],
			Bias:     bias[g*len(bias)/groups : (g+1)*len(bias)/groups],
			Winograd: n.winograd, Flat: p.stride <= flatStride,
		}
	}
	return list
}

// flatStride is the largest stride of layers whose ties in flat areas, such as clipped
// skies, matter for pooling: an image has thousands of them. Deeper layers need flat areas
// of fifty pixels and more.
const flatStride = 2

func filled(n int, value float32) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = value
	}
	return x
}

func divide(x []float32, by float64) {
	for i := range x {
		x[i] = float32(float64(x[i]) / by)
	}
}
