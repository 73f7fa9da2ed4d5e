package weights

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"unicode/utf8"

	"runexp/internal/printable"
)

// Limits of a header. Networks of 10,000 tensors have headers of about 1 MB; the
// reference implementation allows 100 MB, and needs thirty times that in memory.
const (
	maxHeader     = 16_000_000 // bytes
	maxEntries    = 1 << 16    // tensors, and entries of the metadata
	maxDimensions = 16         // of a tensor; kernels have 4
)

// A tensor is one entry of a file.
type tensor struct {
	dtype      string
	shape      []int
	stride     []int // in values, for each index; nil if contiguous with the last index fastest
	begin, end int64 // byte range in the file
}

// readContents reads and validates everything but the values, in either format.
func readContents(r io.ReaderAt, size int64) (map[string]tensor, map[string]string, error) {
	head := make([]byte, min(size, int64(len(legacyMagic))))
	if err := readFull(r, head, 0); err != nil {
		return nil, nil, err
	}
	switch {
	case string(head) == legacyMagic:
		tensors, err := readLegacy(r, size)
		return tensors, nil, err
	case bytes.HasPrefix(head, []byte(zipMagic)):
		tensors, err := readZip(r, size)
		return tensors, nil, err
	}
	return readHeader(r, size)
}

// readHeader is readContents for a safetensors file.
func readHeader(r io.ReaderAt, size int64) (map[string]tensor, map[string]string, error) {
	if size == 0 {
		return nil, nil, errors.New("the file is empty; download it again")
	}
	head := make([]byte, min(size, sniffLength))
	if err := readFull(r, head, 0); err != nil {
		return nil, nil, err
	}
	length, ok := headerLength(head)
	if !ok {
		if what := recognise(head); what != "" {
			return nil, nil, errors.New(what)
		}
		if length > maxHeader && length <= size-8 {
			return nil, nil, fmt.Errorf("its header has %d bytes, more than the limit of %d; a network's has a few thousand", length, maxHeader)
		}
		return nil, nil, errors.New("not a safetensors file, or a damaged one: it has no header; download it again")
	}
	if length > size-8 {
		return nil, nil, fmt.Errorf("the file is truncated: its header has %d bytes and the file %d; download it again", length, size)
	}
	header := make([]byte, length)
	if err := readFull(r, header, 8); err != nil {
		return nil, nil, err
	}
	tensors, metadata, err := parseHeader(header)
	if err != nil {
		return nil, nil, fmt.Errorf("bad header: %w; download the file again", err)
	}
	start := 8 + length
	if err := checkRanges(tensors, size-start); err != nil {
		return nil, nil, err
	}
	for name, t := range tensors {
		t.begin += start
		t.end += start
		tensors[name] = t
	}
	return tensors, metadata, nil
}

// headerLength returns N, and whether head looks like the start of a header of N
// bytes.
func headerLength(head []byte) (int64, bool) {
	if len(head) < 9 || head[8] != '{' {
		return 0, false
	}
	n := binary.LittleEndian.Uint64(head)
	return int64(n), n <= maxHeader
}

// parseHeader decodes the JSON by tokens: decoding into a map or a struct would accept
// duplicate names, unknown keys and keys in another case.
func parseHeader(data []byte) (map[string]tensor, map[string]string, error) {
	if !utf8.Valid(data) {
		return nil, nil, errors.New("not UTF-8")
	}
	if !json.Valid(data) {
		return nil, nil, errors.New("not valid JSON")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	tensors, metadata := map[string]tensor{}, map[string]string{}
	err := readObject(d, func(name string) error {
		if name == "__metadata__" {
			return readObject(d, func(key string) (err error) {
				metadata[key], err = read[string](d)
				return err
			})
		}
		t, err := readTensor(d)
		tensors[name] = t
		return err
	})
	return tensors, metadata, err
}

func readTensor(d *json.Decoder) (tensor, error) {
	var t tensor
	var offsets []int
	fields := 0
	err := readObject(d, func(key string) (err error) {
		fields++
		switch key {
		case "dtype":
			t.dtype, err = read[string](d)
		case "shape":
			t.shape, err = readCounts(d)
		case "data_offsets":
			offsets, err = readCounts(d)
		default:
			err = errors.New("unknown key")
		}
		return err
	})
	if err != nil {
		return t, err
	}
	if fields != 3 {
		return t, errors.New("it needs dtype, shape and data_offsets")
	}
	if len(offsets) != 2 || offsets[0] > offsets[1] {
		return t, fmt.Errorf("data_offsets %v are not a begin and end", offsets)
	}
	t.begin, t.end = int64(offsets[0]), int64(offsets[1])
	size, err := byteSize(t.dtype, t.shape)
	if err != nil {
		return t, err
	}
	if size != t.end-t.begin {
		return t, fmt.Errorf("%s of shape %v has %d bytes, but data_offsets span %d", t.dtype, t.shape, size, t.end-t.begin)
	}
	return t, nil
}

// byteSize returns the size of a tensor in bytes, or an error if it overflows int64.
func byteSize(dtype string, shape []int) (int64, error) {
	kind, ok := dtypes[dtype]
	if !ok {
		return 0, fmt.Errorf("unknown dtype %s", quoted(dtype))
	}
	total := uint64(kind.size)
	for _, n := range shape {
		high, low := bits.Mul64(total, uint64(n))
		if high != 0 || low > math.MaxInt64 {
			return 0, fmt.Errorf("shape %v is too large", shape)
		}
		total = low
	}
	return int64(total), nil
}

// checkRanges checks the format's rule that tensors fill the data exactly, without
// overlap or gap.
func checkRanges(tensors map[string]tensor, size int64) error {
	names := slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		return cmp.Or(cmp.Compare(tensors[a].begin, tensors[b].begin), cmp.Compare(tensors[a].end, tensors[b].end), cmp.Compare(a, b))
	})
	previous, end := "", int64(0)
	for _, name := range names {
		t := tensors[name]
		switch {
		case t.end > size:
			return fmt.Errorf("the file is truncated: tensor %s ends at byte %d of the data, which has %d; download it again", quoted(name), t.end, size)
		case t.begin < end:
			return fmt.Errorf("bad header: tensors %s and %s overlap; download the file again", quoted(previous), quoted(name))
		case t.begin > end:
			return fmt.Errorf("bad header: gap from byte %d to %d before tensor %s; download the file again", end, t.begin, quoted(name))
		}
		previous, end = name, t.end
	}
	if end != size {
		return fmt.Errorf("%d extra bytes after the last tensor; download the file again", size-end)
	}
	return nil
}

// readObject calls field for each key of an object, to read its value. A repeated key is
// an error.
func readObject(d *json.Decoder, field func(key string) error) error {
	if err := delim(d, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for d.More() {
		key, err := read[string](d)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%s occurs twice", quoted(key))
		}
		if len(seen) == maxEntries {
			return fmt.Errorf("an object has more than %d entries", maxEntries)
		}
		seen[key] = true
		if err := field(key); err != nil {
			return fmt.Errorf("%s: %w", quoted(key), err)
		}
	}
	return delim(d, '}')
}

// readCounts reads a list of whole numbers of at least 0.
func readCounts(d *json.Decoder) ([]int, error) {
	if err := delim(d, '['); err != nil {
		return nil, err
	}
	counts := []int{}
	for d.More() {
		number, err := read[json.Number](d)
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseUint(number.String(), 10, strconv.IntSize-1)
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number from 0 to %d", printable.Excerpt(number.String()), math.MaxInt)
		}
		if len(counts) == maxDimensions {
			return nil, fmt.Errorf("a list has more than %d numbers", maxDimensions)
		}
		counts = append(counts, int(n))
	}
	return counts, delim(d, ']')
}

func delim(d *json.Decoder, want json.Delim) error {
	got, err := read[json.Delim](d)
	if err == nil && got != want {
		err = fmt.Errorf("got %s, want %s", got, want)
	}
	return err
}

// read returns the next token, which must be a T.
func read[T json.Delim | json.Number | string](d *json.Decoder) (T, error) {
	var want T
	token, err := d.Token()
	if err != nil {
		return want, err
	}
	got, ok := token.(T)
	if !ok {
		return want, fmt.Errorf("got %s, want a %s", printable.Excerpt(fmt.Sprint(token)), kind(want))
	}
	return got, nil
}

func kind(token any) string {
	switch token.(type) {
	case string:
		return "string"
	case json.Number:
		return "number"
	}
	return "list or object"
}

// readFull reads len(b) bytes at offset at; a shorter file is an error.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == io.EOF {
		return fmt.Errorf("the file ends at byte %d while reading up to byte %d; was it changed meanwhile?", at+int64(n), at+int64(len(b)))
	}
	return err
}
