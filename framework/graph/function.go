package graph

// A Function is one differentiable operation, complete with its gradient. The
// package's own operations are Functions too; a plugin writes one for what no
// Builder method expresses and hands it to Builder.Apply, a fresh one each time.
type Function struct {
	Name string // for messages: "gram", "relaxed-emd"
	// Shape returns the output's shape, or an error that tells the user what is
	// wrong with the inputs'.
	Shape func(in []Shape) (Shape, error)
	// The same kernel in both precisions: pictures are made in single, gradients
	// are checked in double. Write one generic type and instantiate it twice.
	Single Kernel[float32]
	Double Kernel[float64]
	// Needs is what Backward reads besides dOut. What nobody needs any more is
	// recycled; to promise too little gives wrong gradients.
	Needs Needs

	view     bool // the output is the input's memory in another shape: there are no kernels
	constant bool // the gradient is 0 and never asked for, as for indices
}

// A Kernel computes. Forward overwrites all of dst; Backward overwrites all of
// dIn with the gradient for input wrt, given dOut, the gradient for the output.
// Tensors are flat and channels last. Slices are valid during the call only and
// must not be modified, but for the destination. Forward always comes before
// Backward, so that a kernel may remember what it needs (a mask, say) in fields
// of its own. A kernel is used by one goroutine, but may have a Parallel cut its
// loops over several. A panic ends the run with an error that carries the
// Function's name.
type Kernel[T Float] interface {
	Forward(dst []T, in [][]T)
	Backward(dIn []T, wrt int, dOut []T, in [][]T, out []T)
}

// adder is a kernel that can add its gradient to another one, which saves
// writing it and reading it again.
type adder[T Float] interface {
	addBackward(dIn []T, wrt int, dOut []T, in [][]T, out []T)
}

// Needs says which tensors Backward reads; the others arrive as nil.
type Needs int

const (
	NeedsAll     Needs = iota // inputs and output: always right
	NeedsInputs               // the inputs, not the output
	NeedsOutput               // the output, not the inputs
	NeedsNothing              // dOut alone and what Forward remembered
)

func (n Needs) inputs() bool { return n == NeedsAll || n == NeedsInputs }
func (n Needs) output() bool { return n == NeedsAll || n == NeedsOutput }
