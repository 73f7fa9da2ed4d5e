package graph

// A Function is one differentiable operation with its gradient. The package's own
// operations are Functions too; a plugin passes one to Builder.Apply, a new one each time,
// for what no Builder method expresses.
type Function struct {
	Name string // for messages: "gram", "relaxed-emd"
	// Shape returns the output's shape, or an error that says what is wrong with the
	// inputs' shapes.
	Shape func(in []Shape) (Shape, error)
	// The same kernel in both precisions: runs use single, gradient checks double. Write
	// one generic type and instantiate it twice.
	Single Kernel[float32]
	Double Kernel[float64]
	// Needs is what Backward reads besides dOut. Memory that is not needed any more is
	// reused, so declaring too little gives wrong gradients.
	Needs Needs

	view     bool // the output is the input's memory in another shape: there are no kernels
	constant bool // the gradient is 0 and never requested, as for indices
}

// A Kernel computes. Forward overwrites all of dst; Backward overwrites all of
// dIn with the gradient for input wrt, given dOut, the gradient for the output.
// Tensors are flat, channels last. Slices are valid during the call only and, apart from
// the destination, must not be modified. Forward is always called before Backward, so a
// kernel may save what it needs (a mask, for example) in its fields. A kernel is used by
// one goroutine, but may split its loops over several with a Parallel. A panic ends the
// run with an error that has the Function's name.
type Kernel[T Float] interface {
	Forward(dst []T, in [][]T)
	Backward(dIn []T, wrt int, dOut []T, in [][]T, out []T)
}

// adder is a kernel that can accumulate its gradient into another one, which saves a pass
// over memory.
type adder[T Float] interface {
	addBackward(dIn []T, wrt int, dOut []T, in [][]T, out []T)
}

// Needs says which tensors Backward reads; the others arrive as nil.
type Needs int

const (
	NeedsAll     Needs = iota // inputs and output: always correct
	NeedsInputs               // the inputs, not the output
	NeedsOutput               // the output, not the inputs
	NeedsNothing              // dOut alone, and what Forward saved
)

func (n Needs) inputs() bool { return n == NeedsAll || n == NeedsInputs }
func (n Needs) output() bool { return n == NeedsAll || n == NeedsOutput }
