package graph

// Add returns x + y, element by element.
//
// Shapes: x, y → broadcast
func (b *Builder) Add(x, y Node) Node {
	return b.pair("add", NeedsNothing, sum2[float32](), sum2[float64](), x, y)
}

// Sub returns x − y, element by element.
//
// Shapes: x, y → broadcast
func (b *Builder) Sub(x, y Node) Node {
	return b.pair("subtract", NeedsNothing, difference[float32](), difference[float64](), x, y)
}

// Mul returns x·y, element by element.
//
// Shapes: x, y → broadcast
func (b *Builder) Mul(x, y Node) Node {
	return b.pair("multiply", NeedsInputs, product[float32](), product[float64](), x, y)
}

// Div returns x/y, element by element.
//
// Shapes: x, y → broadcast
func (b *Builder) Div(x, y Node) Node {
	return b.pair("divide", NeedsInputs, quotient[float32](), quotient[float64](), x, y)
}

// Max returns the larger of x and y, element by element; the gradient of ties goes to x.
// NaN is larger than any number.
//
// Shapes: x, y → broadcast
func (b *Builder) Max(x, y Node) Node {
	return b.pair("maximum", NeedsInputs, extreme2[float32](1), extreme2[float64](1), x, y)
}

// Min returns the smaller of x and y, element by element; the gradient of ties goes to x.
// NaN is smaller than any number.
//
// Shapes: x, y → broadcast
func (b *Builder) Min(x, y Node) Node {
	return b.pair("minimum", NeedsInputs, extreme2[float32](-1), extreme2[float64](-1), x, y)
}

// pair is an elementwise operation of two tensors: loops over slices of equal length, since
// a call per element would cost more than the arithmetic.
type pair[T Float] struct {
	value    func(dst, x, y []T)
	gradient [2]func(dIn, dOut, x, y []T) // for x and for y
}

func sum2[T Float]() pair[T] {
	same := func(dIn, dOut, _, _ []T) { copy(dIn, dOut) }
	return pair[T]{
		func(dst, x, y []T) {
			for i := range dst {
				dst[i] = x[i] + y[i]
			}
		},
		[2]func(dIn, dOut, x, y []T){same, same},
	}
}

func difference[T Float]() pair[T] {
	return pair[T]{
		func(dst, x, y []T) {
			for i := range dst {
				dst[i] = x[i] - y[i]
			}
		},
		[2]func(dIn, dOut, x, y []T){
			func(dIn, dOut, _, _ []T) { copy(dIn, dOut) },
			func(dIn, dOut, _, _ []T) {
				for i, d := range dOut {
					dIn[i] = -d
				}
			},
		},
	}
}

func product[T Float]() pair[T] {
	value := func(dst, x, y []T) {
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	}
	return pair[T]{value, [2]func(dIn, dOut, x, y []T){
		func(dIn, dOut, _, y []T) { value(dIn, dOut, y) },
		func(dIn, dOut, x, _ []T) { value(dIn, dOut, x) },
	}}
}

func quotient[T Float]() pair[T] {
	value := func(dst, x, y []T) {
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
	}
	return pair[T]{value, [2]func(dIn, dOut, x, y []T){
		func(dIn, dOut, _, y []T) { value(dIn, dOut, y) },
		func(dIn, dOut, x, y []T) { // −x/y²
			for i, d := range dOut {
				v := float64(y[i])
				dIn[i] = T(-float64(d) * float64(x[i]) / (v * v))
			}
		},
	}}
}

// extreme2 is the larger of two for sign 1, the smaller for −1.
func extreme2[T Float](sign T) pair[T] {
	second := func(x, y T) bool { return sign*y > sign*x || y != y && x == x }
	return pair[T]{
		func(dst, x, y []T) {
			for i := range dst {
				dst[i] = x[i]
				if second(x[i], y[i]) {
					dst[i] = y[i]
				}
			}
		},
		[2]func(dIn, dOut, x, y []T){
			func(dIn, dOut, x, y []T) {
				for i, d := range dOut {
					if second(x[i], y[i]) {
						d = 0
					}
					dIn[i] = d
				}
			},
			func(dIn, dOut, x, y []T) {
				for i, d := range dOut {
					if !second(x[i], y[i]) {
						d = 0
					}
					dIn[i] = d
				}
			},
		},
	}
}

func (b *Builder) pair(name string, needs Needs, single pair[float32], double pair[float64], x, y Node) Node {
	out, stretched, along, err := broadcast(x.Shape(), y.Shape())
	return b.Apply(Function{
		Name:   name,
		Shape:  func([]Shape) (Shape, error) { return out, err },
		Single: &pairKernel[float32]{pair: single, stretched: stretched, sums: sums[float32]{p: b.Parallel(), along: along}},
		Double: &pairKernel[float64]{pair: double, stretched: stretched, sums: sums[float64]{p: b.Parallel(), along: along}},
		Needs:  needs,
	}, x, y)
}

// pairKernel runs a pair whose input `stretched`, unless none, is repeated along axes. Its
// gradient is summed over those axes.
type pairKernel[T Float] struct {
	pair[T]
	stretched int
	sums      sums[T]
	buffers   []T // two chunks for each task
}

func (k *pairKernel[T]) Forward(dst []T, in [][]T) {
	k.each(len(dst), func(from, to int, buffer []T) {
		x, y := k.operands(in, from, to, buffer)
		k.value(dst[from:to], x, y)
	})
}

func (k *pairKernel[T]) Backward(dIn []T, wrt int, dOut []T, in [][]T, _ []T) {
	if wrt != k.stretched {
		k.each(len(dIn), func(from, to int, buffer []T) {
			x, y := k.operands(in, from, to, buffer)
			k.gradient[wrt](dIn[from:to], dOut[from:to], x, y)
		})
		return
	}
	k.buffers = grown(k.buffers, k.sums.tasks()*2*chunk)
	k.sums.into(dIn, 1, func(task, from, to int) []T {
		buffer := k.buffers[task*2*chunk:]
		x, y := k.operands(in, from, to, buffer[chunk:])
		k.gradient[wrt](buffer[:to-from], dOut[from:to], x, y)
		return buffer[:to-from]
	})
}

func (k *pairKernel[T]) saved(int) int64 {
	if k.stretched == none {
		return 0
	}
	return k.sums.saved() + 4*2*chunk*int64(k.sums.tasks())
}

// each calls f for chunks of n elements, with a buffer for the stretched operand.
func (k *pairKernel[T]) each(n int, f func(from, to int, buffer []T)) {
	if k.stretched != none {
		k.buffers = grown(k.buffers, (n+strip-1)/strip*chunk)
	}
	k.sums.p.For(n, strip, func(from, to int) {
		if k.stretched == none {
			f(from, to, nil)
			return
		}
		buffer := k.buffers[from/strip*chunk:]
		for ; from < to; from += chunk {
			f(from, min(to, from+chunk), buffer)
		}
	})
}

// operands returns elements [from, to) of both inputs; nil if the pair does not need them.
func (k *pairKernel[T]) operands(in [][]T, from, to int, buffer []T) (x, y []T) {
	if in == nil {
		return nil, nil
	}
	if k.stretched == none {
		return in[0][from:to], in[1][from:to]
	}
	spread(buffer[:to-from], in[k.stretched], k.sums.along, from)
	if k.stretched == 0 {
		return buffer[:to-from], in[1][from:to]
	}
	return in[0][from:to], buffer[:to-from]
}
