package pickle

import (
	"errors"
	"fmt"
)

// The opcodes that torch.save writes for a state dict, in Python 2 or 3, and
// their names in Python's Lib/pickletools.py.
const (
	opProto        = 0x80
	opFrame        = 0x95
	opStop         = '.'
	opMark         = '('
	opNone         = 'N'
	opTrue         = 0x88 // NEWTRUE
	opFalse        = 0x89 // NEWFALSE
	opInt          = 'J'  // BININT
	opInt1         = 'K'  // BININT1
	opInt2         = 'M'  // BININT2
	opLong1        = 0x8a
	opFloat        = 'G'  // BINFLOAT
	opUnicode      = 'X'  // BINUNICODE
	opShortUnicode = 0x8c // SHORT_BINUNICODE
	opString       = 'T'  // BINSTRING
	opShortString  = 'U'  // SHORT_BINSTRING
	opEmptyTuple   = ')'
	opTuple        = 't'
	opTuple1       = 0x85
	opTuple2       = 0x86
	opTuple3       = 0x87
	opEmptyList    = ']'
	opAppend       = 'a'
	opAppends      = 'e'
	opEmptyDict    = '}'
	opSetItem      = 's'
	opSetItems     = 'u'
	opPut          = 'q' // BINPUT
	opLongPut      = 'r' // LONG_BINPUT
	opMemoize      = 0x94
	opGet          = 'h' // BINGET
	opLongGet      = 'j' // LONG_BINGET
	opGlobal       = 'c'
	opStackGlobal  = 0x93
	opReduce       = 'R'
	opNewObject    = 0x81 // NEWOBJ
	opBuild        = 'b'
	opPersistent   = 'Q' // BINPERSID
)

// do executes one opcode other than STOP.
func (r *Reader) do(op byte) error {
	switch op {
	case opProto:
		protocol, err := r.byte()
		if err == nil && (protocol < 2 || protocol > 5) {
			err = fmt.Errorf("protocol %d is not one of 2 to 5", protocol)
		}
		return err
	case opFrame: // only a hint for buffering
		_, err := r.bytes(8)
		return err
	case opMark:
		if len(r.marks) >= maxStack {
			return fmt.Errorf("more than %d marks on the stack", maxStack)
		}
		r.marks = append(r.marks, len(r.stack))
		return nil
	case opPut, opLongPut, opMemoize, opGet, opLongGet:
		return r.memoOp(op)
	case opAppend, opAppends, opSetItem, opSetItems:
		return r.addItems(op)
	case opBuild:
		state, err := r.pop()
		if err != nil {
			return err
		}
		object, err := target[Stateful](r)
		if err != nil {
			return err
		}
		return object.SetState(state)
	}
	value, err := r.value(op)
	if err != nil {
		return err
	}
	return r.push(value)
}

// value executes an opcode that creates a value.
func (r *Reader) value(op byte) (any, error) {
	switch op {
	case opNone:
		return nil, nil
	case opTrue, opFalse:
		return op == opTrue, nil
	case opInt:
		n, err := r.count(4)
		return int64(int32(n)), err
	case opInt1:
		n, err := r.count(1)
		return int64(n), err
	case opInt2:
		n, err := r.count(2)
		return int64(n), err
	case opLong1:
		return r.long()
	case opFloat:
		return r.float()
	case opUnicode, opString:
		return r.text(4)
	case opShortUnicode, opShortString:
		return r.text(1)
	case opEmptyList:
		return &List{}, nil
	case opEmptyDict:
		return &Dict{Items: map[any]any{}}, nil
	case opEmptyTuple:
		return Tuple{}, nil
	case opTuple:
		values, err := r.popMark()
		return Tuple(values), err
	case opTuple1, opTuple2, opTuple3:
		values, err := r.popN(int(op-opTuple1) + 1)
		return Tuple(values), err
	case opGlobal, opStackGlobal:
		return r.global(op)
	case opReduce, opNewObject:
		return r.call()
	case opPersistent:
		id, err := r.pop()
		if err != nil {
			return nil, err
		}
		return r.names.Persistent(id)
	}
	return nil, fmt.Errorf("opcode %#02x%s, which a state dict does not need", op, rejectedName(op))
}

// rejectedName returns the name of an opcode that an unusual or malicious file is likely
// to have.
func rejectedName(op byte) string {
	for _, known := range []struct {
		op   byte
		name string
	}{
		{'i', "INST"}, {'o', "OBJ"}, {0x92, "NEWOBJ_EX"}, {0x82, "EXT1"}, {0x83, "EXT2"}, {0x84, "EXT4"}, {'P', "PERSID"},
		{0x8b, "LONG4"}, {0x8d, "BINUNICODE8"}, {0x8e, "BINBYTES8"}, {'B', "BINBYTES"}, {'C', "SHORT_BINBYTES"},
		{0x96, "BYTEARRAY8"}, {0x97, "NEXT_BUFFER"}, {0x8f, "EMPTY_SET"}, {'2', "DUP"}, {'0', "POP"},
	} {
		if op == known.op {
			return " (" + known.name + ")"
		}
	}
	return ""
}

// memoOp stores the topmost value in the memo or pushes one from it.
func (r *Reader) memoOp(op byte) error {
	index, err := uint32(len(r.memo)), error(nil) // as MEMOIZE numbers them
	switch op {
	case opPut, opGet:
		index, err = r.count(1)
	case opLongPut, opLongGet:
		index, err = r.count(4)
	}
	if err != nil {
		return err
	}
	if op == opGet || op == opLongGet {
		value, ok := r.memo[index]
		if !ok {
			return fmt.Errorf("memo %d is empty", index)
		}
		return r.push(value)
	}
	r.memo[index], err = r.peek()
	return err
}

// addItems adds the items above the mark to the list or dictionary below it.
func (r *Reader) addItems(op byte) (err error) {
	var items []any
	switch op {
	case opAppend:
		items, err = r.popN(1)
	case opSetItem:
		items, err = r.popN(2)
	default:
		items, err = r.popMark()
	}
	if err != nil {
		return err
	}
	if op == opAppend || op == opAppends {
		list, err := target[*List](r)
		if err != nil {
			return err
		}
		list.Items = append(list.Items, items...)
		return nil
	}
	dict, err := target[*Dict](r)
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("a key of a dict has no value")
	}
	for i := 0; i < len(items); i += 2 {
		if err := dict.Add(items[i], items[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// Add adds an item; a repeated key, or one that is neither a string nor a whole number,
// is an error.
func (d *Dict) Add(key, value any) error {
	switch key.(type) {
	case string, int64:
	default:
		return fmt.Errorf("%s as the key of a dict", Kind(key))
	}
	if _, taken := d.Items[key]; taken {
		return fmt.Errorf("the key %.100q occurs twice", fmt.Sprint(key))
	}
	d.Items[key] = value
	return nil
}

func (r *Reader) global(op byte) (any, error) {
	if op == opGlobal {
		module, err := r.line()
		if err != nil {
			return nil, err
		}
		name, err := r.line()
		if err != nil {
			return nil, err
		}
		return r.names.Global(module, name)
	}
	values, err := r.popN(2)
	if err != nil {
		return nil, err
	}
	module, isText := values[0].(string)
	name, isText2 := values[1].(string)
	if !isText || !isText2 || len(module) > maxName || len(name) > maxName {
		return nil, fmt.Errorf("the name of a global is not a text of at most %d bytes", maxName)
	}
	return r.names.Global(module, name)
}

// call calls a function with a tuple of arguments.
func (r *Reader) call() (any, error) {
	values, err := r.popN(2)
	if err != nil {
		return nil, err
	}
	function, callable := values[0].(Func)
	args, isTuple := values[1].(Tuple)
	if !callable || !isTuple {
		return nil, fmt.Errorf("a call of %s with %s", Kind(values[0]), Kind(values[1]))
	}
	return function(args)
}
