package pickle

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// A Reader decodes consecutive pickles from a stream.
type Reader struct {
	in        *bufio.Reader
	remaining int64 // bytes until the limit
	at        int64 // byte of the file
	ops       int
	names     Names

	stack []any
	marks []int // lengths of the stack at each MARK
	memo  map[uint32]any
}

// NewReader returns a Reader of at most limit bytes from r. at is the offset of r in
// its file.
func NewReader(r io.Reader, at, limit int64, names Names) *Reader {
	return &Reader{in: bufio.NewReader(r), remaining: limit, at: at, names: names}
}

// Offset returns the offset in the file after the last pickle read.
func (r *Reader) Offset() int64 { return r.at }

// Read decodes the next pickle. An error has the offset in the file.
func (r *Reader) Read() (any, error) {
	r.stack, r.marks, r.memo = nil, nil, map[uint32]any{}
	begin := r.at
	for {
		at := r.at
		stopped, err := r.step(at == begin)
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", at, err)
		}
		if stopped {
			return r.stack[0], nil
		}
	}
}

// step reads and executes an opcode, and reports whether it was the last one, which
// leaves one value on the stack.
func (r *Reader) step(first bool) (last bool, err error) {
	if r.ops++; r.ops > maxOpcodes {
		return false, fmt.Errorf("more than %d opcodes; a state dict has far fewer", maxOpcodes)
	}
	op, err := r.byte()
	switch {
	case err != nil:
		return false, err
	case first && op != opProto:
		return false, errors.New("not a pickle of protocol 2 or later")
	case op != opStop:
		return false, r.do(op)
	case len(r.stack) != 1 || len(r.marks) > 0:
		return false, fmt.Errorf("the pickle ends with %d values and %d marks on its stack instead of one value", len(r.stack), len(r.marks))
	}
	return true, nil
}

func (r *Reader) push(value any) error {
	if len(r.stack) >= maxStack {
		return fmt.Errorf("more than %d values on the stack", maxStack)
	}
	r.stack = append(r.stack, value)
	return nil
}

// pop removes and returns the topmost value, which must be above the last mark.
func (r *Reader) pop() (any, error) {
	floor := 0
	if len(r.marks) > 0 {
		floor = r.marks[len(r.marks)-1]
	}
	last := len(r.stack) - 1
	if last < floor {
		return nil, errors.New("a value is missing on the stack")
	}
	value := r.stack[last]
	r.stack[last] = nil
	r.stack = r.stack[:last]
	return value, nil
}

// popN removes the topmost n values and returns them in the order in which they were
// pushed.
func (r *Reader) popN(n int) ([]any, error) {
	values := make([]any, n)
	for i := n - 1; i >= 0; i-- {
		var err error
		if values[i], err = r.pop(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// popMark removes the last mark and the values above it, and returns the values.
func (r *Reader) popMark() ([]any, error) {
	if len(r.marks) == 0 {
		return nil, errors.New("no mark on the stack")
	}
	values, err := r.popN(len(r.stack) - r.marks[len(r.marks)-1])
	r.marks = r.marks[:len(r.marks)-1]
	return values, err
}

// peek returns the topmost value without removing it.
func (r *Reader) peek() (any, error) {
	value, err := r.pop()
	if err == nil {
		r.stack = append(r.stack, value)
	}
	return value, err
}

// target returns the topmost value, which the opcode modifies, as a T.
func target[T any](r *Reader) (T, error) {
	value, err := r.peek()
	got, ok := value.(T)
	if err == nil && !ok {
		err = fmt.Errorf("%s does not support this opcode", Kind(value))
	}
	return got, err
}

func (r *Reader) byte() (byte, error) {
	if r.remaining == 0 {
		return 0, tooLong()
	}
	b, err := r.in.ReadByte()
	if err != nil {
		return 0, cutShort(err)
	}
	r.remaining--
	r.at++
	return b, nil
}

// bytes reads n bytes. Callers limit n.
func (r *Reader) bytes(n int) ([]byte, error) {
	if int64(n) > r.remaining {
		return nil, tooLong()
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.in, b); err != nil {
		return nil, cutShort(err)
	}
	r.remaining -= int64(n)
	r.at += int64(n)
	return b, nil
}

func tooLong() error { return errors.New("the pickle is too long for a state dict") }

func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the pickle is truncated")
	}
	return err
}

// count reads a little-endian number of size bytes.
func (r *Reader) count(size int) (uint32, error) {
	b, err := r.bytes(size)
	if err != nil {
		return 0, err
	}
	var wide [4]byte
	copy(wide[:], b)
	return binary.LittleEndian.Uint32(wide[:]), nil
}

// text reads a string prefixed with its length in size bytes.
func (r *Reader) text(size int) (any, error) {
	n, err := r.count(size)
	if err != nil {
		return nil, err
	}
	if n > maxString {
		return nil, fmt.Errorf("a string of %d bytes; a state dict's have at most %d", n, maxString)
	}
	b, err := r.bytes(int(n))
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) {
		return nil, errors.New("a string is not UTF-8")
	}
	return string(b), nil
}

// line reads a name up to the end of the line.
func (r *Reader) line() (string, error) {
	var s strings.Builder
	for {
		b, err := r.byte()
		switch {
		case err != nil:
			return "", err
		case b == '\n':
			return s.String(), nil
		case s.Len() == maxName:
			return "", fmt.Errorf("a name of more than %d bytes", maxName)
		}
		s.WriteByte(b)
	}
}

// long reads a whole number of n bytes, little endian, two's complement.
func (r *Reader) long() (any, error) {
	n, err := r.count(1)
	if err != nil {
		return nil, err
	}
	if n > 8 {
		return nil, fmt.Errorf("a number of %d bytes; those of a state dict fit into 8", n)
	}
	b, err := r.bytes(int(n))
	if err != nil || n == 0 {
		return int64(0), err
	}
	var wide [8]byte
	if b[n-1] >= 0x80 {
		wide = [8]byte{255, 255, 255, 255, 255, 255, 255, 255}
	}
	copy(wide[:], b)
	return int64(binary.LittleEndian.Uint64(wide[:])), nil
}

func (r *Reader) float() (any, error) {
	b, err := r.bytes(8)
	if err != nil {
		return nil, err
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
}
