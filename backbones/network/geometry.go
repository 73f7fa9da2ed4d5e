package network

import (
	"errors"
	"fmt"
	"slices"
	"sort"

	"runexp/framework"
	"runexp/framework/graph"
)

// A place is a Layer with its inputs looked up, and what its output is. The
// output's pixel 0 sees the picture's pixels low to high of either axis, which
// begin before 0 where there is padding; pixel i those i·stride further.
type place struct {
	Layer
	inputs    []int // positions; picture is the picture
	in        int   // channels of the input; of several, of the first
	channels  int
	stride    int
	low, high int

	wrong bool // or reads one that is: what is said of it would follow from that
}

const picture = -1

func (p place) receptive() int { return p.high - p.low + 1 }

// locate returns the places of layers. Errors: as of New.
func locate(layers []Layer) ([]place, error) {
	if len(layers) == 0 {
		return nil, errors.New("no layers")
	}
	if len(layers) > maxLayers {
		return nil, fmt.Errorf("%d layers, more than %d", len(layers), maxLayers)
	}
	places := make([]place, len(layers))
	var problems []error
	for i, l := range layers {
		places[i] = place{Layer: l, wrong: true}
		err := l.check()
		if before := slices.IndexFunc(layers[:i], func(other Layer) bool { return other.Name == l.Name }); before >= 0 {
			err = errors.Join(err, fmt.Errorf("name: %s is layer %d already", l.Name, before+1))
		}
		if err == nil {
			places[i], err = l.locate(places[:i])
		}
		if err != nil {
			places[i].wrong = true
			problems = append(problems, &Problem{i, err})
		}
	}
	return places, errors.Join(problems...)
}

// locate returns l's place behind before.
func (l Layer) locate(before []place) (place, error) {
	p := place{Layer: l}
	if len(l.Inputs) == 0 {
		p.inputs = []int{len(before) - 1} // picture for the first
	}
	for _, input := range l.Inputs {
		at := slices.IndexFunc(before, func(other place) bool { return other.Name == input })
		if at < 0 && input != framework.ImageTap {
			known := []string{framework.ImageTap}
			for _, other := range before {
				known = append(known, other.Name)
			}
			return p, fmt.Errorf("inputs: %w; a layer reads those before it", framework.UnknownName("layer", input, known))
		}
		p.inputs = append(p.inputs, at)
	}
	switch several := l.Kind == Add || l.Kind == Concat; {
	case several && len(p.inputs) < 2:
		return p, fmt.Errorf("inputs: a layer of the kind %s needs two or more", l.Kind)
	case !several && len(p.inputs) > 1:
		return p, fmt.Errorf("inputs: a layer of the kind %s reads one", l.Kind)
	case len(p.inputs) > maxInputs:
		return p, fmt.Errorf("inputs: %d, more than %d", len(p.inputs), maxInputs)
	}
	for i, at := range p.inputs {
		in := place{channels: 3, stride: 1}
		if at != picture {
			in = before[at]
		}
		if in.wrong {
			return place{Layer: l, wrong: true}, nil
		}
		if i == 0 {
			p.in, p.channels, p.stride, p.low, p.high = in.channels, in.channels, in.stride, in.low, in.high
			continue
		}
		if in.stride != p.stride {
			return p, fmt.Errorf("inputs: %s has one pixel for %d of the picture, %s one for %d; give them the same strides",
				l.Inputs[0], p.stride, l.Inputs[i], in.stride)
		}
		if l.Kind == Add && in.channels != p.channels {
			return p, fmt.Errorf("inputs: %s has %d channels, %s %d; only equals are added", l.Inputs[0], p.channels, l.Inputs[i], in.channels)
		}
		if l.Kind == Concat {
			p.channels += in.channels
		}
		p.low, p.high = min(p.low, in.low), max(p.high, in.high)
	}
	if l.Kind == Conv {
		if p.in%l.groups() != 0 || l.Channels%l.groups() != 0 {
			return p, fmt.Errorf("groups: %d do not divide both %d channels of the input and %d of the output", l.groups(), p.in, l.Channels)
		}
		p.channels = l.Channels
	}
	if l.Kind.windowed() {
		p.low -= l.Padding * p.stride
		p.high += (l.Kernel - 1 - l.Padding) * p.stride
		p.stride *= l.Stride
	}
	if p.channels > maxChannels || p.stride > maxDown {
		return p, fmt.Errorf("%d channels, one pixel for %d of the picture; at most %d and %d", p.channels, p.stride, maxChannels, maxDown)
	}
	return p, nil
}

// pool is the window of a pooling, and of a convolution too.
func (l Layer) pool() graph.Pool {
	p := graph.Pool{Size: l.Kernel, Stride: l.Stride, Pad: l.Padding, Ceil: l.Ceil}
	if l.explicit() {
		p.Pad = 0
	}
	return p
}

// size returns how many pixels l makes of n along an axis; 0 where n is too small.
func (l Layer) size(n int) int {
	if !l.Kind.windowed() {
		return n
	}
	if l.Border == Reflect && l.Padding >= n {
		return 0
	}
	if l.explicit() {
		n += 2 * l.Padding
	}
	if n+2*l.pool().Pad < 1 {
		return 0
	}
	m, _ := l.pool().OutSize(n, n)
	return max(0, m)
}

// MinSide is part of framework.SideLimiter: the smallest side from which every tap can be
// computed. Errors: a tap that is no layer.
func (n *Network) MinSide(taps []string) (int, error) {
	needed, err := n.needed(taps)
	if err != nil {
		return 0, err
	}
	const most = 1 << 20
	return 1 + sort.Search(most, func(i int) bool { return n.holds(needed, i+1) }), nil
}

// holds says whether pictures of a side have pixels at every layer that is needed.
func (n *Network) holds(needed []bool, side int) bool {
	sizes := make([]int, len(n.places))
	for i, p := range n.places {
		if !needed[i] {
			continue
		}
		in := side
		for _, at := range p.inputs { // of one size, if it can be built
			if at != picture {
				in = sizes[at]
			}
		}
		if sizes[i] = p.size(in); sizes[i] < 1 {
			return false
		}
	}
	return true
}
