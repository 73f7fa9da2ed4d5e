// Package pickle reads Python's pickle format as data only.
//
// A pickle is a program for a small stack machine that can import and call anything
// in its reader, which is how a weights file runs code in Python. Here it imports and
// calls nothing: it can create numbers, strings, tuples, lists and dictionaries, and
// name globals and external objects, which the caller's Names resolves or rejects.
// Opcodes that torch.save does not write for a state dict are errors (opcodes:
// Python's Lib/pickletools.py; protocols 2 to 5).
//
// Memory and time are bounded by constants, not by what a pickle claims, and nothing
// here recurses into a value: deep or circular ones are harmless.
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

// Names resolves what a pickle only names. Both methods return an error for an unknown
// name, which ends the reading.
type Names interface {
	// Global returns the value for name in the Python module called module.
	Global(module, name string) (any, error)
	// Persistent returns the external object with this id.
	Persistent(id any) (any, error)
}

// A Func is a global that a pickle can call.
type Func func(args Tuple) (any, error)

// A Stateful value accepts a state after construction, as __setstate__ does.
type Stateful interface{ SetState(state any) error }

// Kind returns the type of a value for messages, never the value.
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
