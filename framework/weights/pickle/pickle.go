// Package pickle reads data, and nothing but data, from Python's pickle format.
//
// A pickle is a program for a small stack machine that may import and call
// whatever its reader has, which is how a weights file runs code in Python.
// Here it imports and calls nothing: it can make numbers, strings, tuples,
// lists and dictionaries, and it can name globals and objects outside of
// itself, to which the caller's Names gives a meaning or which it refuses.
// Opcodes that torch.save does not write for a state dict are errors (opcodes:
// Python's Lib/pickletools.py; protocols 2 to 5).
//
// What a pickle may take is bounded by constants, not by what it claims, and
// nothing here recurses into a value: deep or circular ones do no harm.
package pickle

// Limits of one Reader. A state dict of 10,000 tensors takes about 400,000
// opcodes, and PyTorch writes lists and dictionaries in batches of 1,000.
const (
	maxOpcodes = 1 << 21
	maxStack   = 1 << 16
	maxString  = 1 << 20 // bytes
	maxName    = 256     // bytes of the name of a module or of a global
)

// Values of a pickle are nil, bool, int64, float64, string, Tuple, *List,
// *Dict and whatever Names returns.

// A Tuple is a tuple of values.
type Tuple []any

// A List is a list of values.
type List struct{ Items []any }

// A Dict is a dictionary; its keys are of type string and int64.
type Dict struct{ Items map[any]any }

// SetState accepts the attributes of a subclass, such as an OrderedDict's
// _metadata, and drops them.
func (d *Dict) SetState(any) error { return nil }

// Names gives a meaning to what a pickle only names. Both methods return an
// error for what they do not know, which ends the reading.
type Names interface {
	// Global returns what stands for name of the Python module called module.
	Global(module, name string) (any, error)
	// Persistent returns the object that is kept outside of the pickle under id.
	Persistent(id any) (any, error)
}

// A Func is a global that a pickle may call.
type Func func(args Tuple) (any, error)

// A Stateful value can be given a state after it was made, as __setstate__ does.
type Stateful interface{ SetState(state any) error }

// Kind names the type of a value for messages; it never prints the value.
func Kind(value any) string {
	switch value.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case int64:
		return "an int"
	case float64:
		return "a float"
	case string:
		return "a str"
	case Tuple:
		return "a tuple"
	case *List:
		return "a list"
	case *Dict:
		return "a dict"
	case Func:
		return "a function"
	}
	return "an object"
}
