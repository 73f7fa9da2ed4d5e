package network

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// A Kind is what a Layer computes.
type Kind string

// The kinds, as framework.Layer has them.
const (
	Conv    Kind = "conv"
	Affine  Kind = "affine" // a factor and a summand for each channel: a batch norm at rest
	ReLU    Kind = "relu"
	MaxPool Kind = "maxpool"
	AvgPool Kind = "avgpool"
	L2Pool  Kind = "l2pool" // the root of the sum of squares of a window
	// HannPool is the root of the mean of squares, weighted by a Hann window.
	HannPool Kind = "hannpool"
	Add      Kind = "add"    // of equal shapes
	Concat   Kind = "concat" // of channels, in the order of the inputs
)

// Kinds lists them.
func Kinds() []string {
	return []string{string(Conv), string(Affine), string(ReLU), string(MaxPool), string(AvgPool), string(L2Pool), string(HannPool), string(Add), string(Concat)}
}

// windowed tells the kinds that have Kernel, Stride, Padding and Border.
func (k Kind) windowed() bool { return k == Conv || k.pools() }

func (k Kind) pools() bool { return k == MaxPool || k == AvgPool || k == L2Pool || k == HannPool }

// A Border defines the values of a window outside of its input.
type Border string

// The borders. The default is zeros for a convolution; a pooling ignores elements outside,
// in the mean and the maximum.
const (
	Zero      Border = "zero"
	Reflect   Border = "reflect"   // … c b | a b c …, as PyTorch's
	Replicate Border = "replicate" // … a a | a b c …
)

// A Layer describes one operation. Fields that a kind does not have are zero.
type Layer struct {
	Name   string
	Kind   Kind
	Inputs []string // layers before it, or framework.ImageTap; none: the layer before, of the first the picture

	Channels int // of a convolution's output
	Groups   int // of a convolution's channels, each convolved by itself; 0 is 1
	Kernel   int // side of the window
	Stride   int // from window to window
	Padding  int // elements on each side
	Border   Border
	Ceil     bool    // a pooling keeps a last window that hangs over the edge
	Factor   float64 // of a pooling's result; 0 is 1

	Tensor    string  // before .weight and .bias in the file; "" is Name
	NoBias    bool    // the file has no .bias: it is 0
	BatchNorm string  // before .weight, .bias, .running_mean and .running_var of a batch norm: after a convolution, or instead of an affine layer's Tensor
	Epsilon   float64 // what that adds to the variance
}

// A Problem is an error in a layer of a description.
type Problem struct {
	Layer int // its position
	Err   error
}

func (p *Problem) Error() string { return fmt.Sprintf("layer %d: %v", p.Layer+1, p.Err) }

func (p *Problem) Unwrap() error { return p.Err }

// The bounds of a description: far above published networks, and low enough for products of
// sizes not to overflow.
const (
	maxLayers     = 2000
	maxChannels   = 1 << 14
	maxKernel     = 63
	maxPoolKernel = 16 // what the kernels of compute tell apart
	maxStride     = 16
	maxGroups     = 64 // each is a convolution of its own
	maxDown       = 1 << 12
	maxInputs     = 64
	maxFactor     = 1000.0
)

// name matches layer names that a config cannot confuse with a number, glob or path.
var name = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`)

// check returns all problems of a layer that do not depend on its inputs.
func (l Layer) check() error {
	var problems []error
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	within := func(key string, value, low, high int) {
		if value < low || value > high {
			wrong("%s: %d is not from %d to %d", key, value, low, high)
		}
	}
	if !name.MatchString(l.Name) || l.Name == framework.ImageTap {
		wrong(`name: "%s" must be up to 64 letters, digits, _ and -, no digit first, and not %s`, printable.Excerpt(l.Name), framework.ImageTap)
	}
	if !slices.Contains(Kinds(), string(l.Kind)) {
		wrong("kind: %w", framework.UnknownName("kind", string(l.Kind), Kinds()))
		return errors.Join(problems...)
	}
	for key, has := range map[string]struct{ given, takes bool }{
		"channels":   {l.Channels != 0, l.Kind == Conv},
		"groups":     {l.Groups != 0, l.Kind == Conv},
		"bias":       {l.NoBias, l.Kind == Conv},
		"kernel":     {l.Kernel != 0, l.Kind.windowed()},
		"stride":     {l.Stride != 0, l.Kind.windowed()},
		"padding":    {l.Padding != 0, l.Kind.windowed()},
		"border":     {l.Border != "", l.Kind.windowed()},
		"ceil":       {l.Ceil, l.Kind.pools()},
		"factor":     {l.Factor != 0, l.Kind.pools()},
		"tensor":     {l.Tensor != "", l.Kind == Conv || l.Kind == Affine},
		"batch_norm": {l.BatchNorm != "", l.Kind == Conv || l.Kind == Affine},
		"epsilon":    {l.Epsilon != 0, l.BatchNorm != ""},
	} {
		if has.given && !has.takes {
			wrong("%s: not for a layer of the kind %s", key, l.Kind)
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) }) // the map has no order
	if l.Kind == Conv {
		within("channels", l.Channels, 1, maxChannels)
		within("groups", l.groups(), 1, maxGroups)
	}
	if l.Kind.windowed() {
		most := maxKernel
		if l.Kind.pools() {
			most = maxPoolKernel
		}
		within("kernel", l.Kernel, 1, most)
		within("stride", l.Stride, 1, maxStride)
		within("padding", l.Padding, 0, max(0, l.Kernel-1)) // a window sees an element
		if l.Border != "" && l.Border != Zero && l.Border != Reflect && l.Border != Replicate {
			wrong("border: %w", framework.UnknownName("border", string(l.Border), []string{string(Zero), string(Reflect), string(Replicate)}))
		}
	}
	if !(l.Factor >= 0 && l.Factor <= maxFactor) {
		wrong("factor: %g is not in (0, %g]", l.Factor, maxFactor)
	}
	if l.BatchNorm != "" && !(l.Epsilon >= 0 && l.Epsilon < 1) {
		wrong("epsilon: %g is not in [0, 1)", l.Epsilon)
	}
	return errors.Join(problems...)
}

func (l Layer) groups() int { return max(1, l.Groups) }

// explicit reports whether the border is made by a separate operation before the window.
func (l Layer) explicit() bool {
	return l.Padding > 0 && l.Border != "" && (l.Border != Zero || l.Kind.pools())
}

// variant says in words what a layer's kind leaves open; "" for nothing.
func (l Layer) variant() string {
	var parts []string
	if l.explicit() {
		parts = append(parts, string(l.Border)+" border")
	}
	if l.Factor != 0 && l.Factor != 1 {
		parts = append(parts, fmt.Sprintf("times %g", l.Factor))
	}
	return strings.Join(parts, ", ")
}
