package weights

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// build returns a safetensors file with the given header and data.
func build(header string, data []byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), data...)
}

func open(t *testing.T, file []byte) *File {
	t.Helper()
	f, err := OpenReader(bytes.NewReader(file), int64(len(file)), "test.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReadEveryFloat(t *testing.T) {
	want := []float32{1, -2.5, 0, 65504}
	var data []byte
	for _, v := range want {
		data = binary.LittleEndian.AppendUint64(data, math.Float64bits(float64(v)))
	}
	for _, v := range want {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	for _, h := range []uint16{0x3c00, 0xc100, 0x0000, 0x7bff} {
		data = binary.LittleEndian.AppendUint16(data, h)
	}
	for _, h := range []uint16{0x3f80, 0xc020, 0x0000, 0x4780} { // 65504 is 65536 in bfloat16
		data = binary.LittleEndian.AppendUint16(data, h)
	}
	f := open(t, build(`{"__metadata__":{"who":"test"},
		"bf16":{"dtype":"BF16","shape":[4],"data_offsets":[56,64]},
		"f16":{"dtype":"F16","shape":[4,1],"data_offsets":[48,56]},
		"f32":{"dtype":"F32","shape":[1,4],"data_offsets":[32,48]},
		"f64":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]},
		"none":{"dtype":"F32","shape":[0,7],"data_offsets":[64,64]}}  `, data))
	for _, name := range []string{"f64", "f32", "f16"} {
		if got, err := f.Read(name); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
	if got, err := f.Read("bf16"); err != nil || !slices.Equal(got, []float32{1, -2.5, 0, 65536}) {
		t.Errorf("bf16: %v, %v", got, err)
	}
	if got, err := f.Read("none"); err != nil || len(got) != 0 {
		t.Errorf("none: %v, %v", got, err)
	}
	if got := f.Metadata()["who"]; got != "test" {
		t.Errorf("metadata: %q", got)
	}
	if got := f.Names(); !slices.Equal(got, []string{"bf16", "f16", "f32", "f64", "none"}) {
		t.Errorf("names: %v", got)
	}
	if shape, err := f.Shape("f32"); err != nil || !slices.Equal(shape, []int{1, 4}) {
		t.Errorf("shape: %v, %v", shape, err)
	}
	if !f.Has("f16") || f.Has("F16") {
		t.Error("Has ignores case")
	}
}

func TestFloat16(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0001: math.Pow(2, -24), 0x03ff: 1023 * math.Pow(2, -24), 0x0400: math.Pow(2, -14),
		0x8001: -math.Pow(2, -24), 0x3555: 0.333251953125, 0xfbff: -65504,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		if got := float64(float16(bits)); got != want {
			t.Errorf("%#04x: %v, want %v", bits, got, want)
		}
	}
	if got := float16(0x7e01); got == got {
		t.Errorf("0x7e01: %v, want NaN", got)
	}
	if got := float16(0x8000); got != 0 || !math.Signbit(float64(got)) {
		t.Errorf("0x8000: %v, want -0", got)
	}
}

// A tensor longer than one block is read completely, and no other bytes are.
func TestReadLongTensor(t *testing.T) {
	const n = 100_001
	var data []byte
	for i := range n {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(i)))
	}
	data = append(data, 0, 0, 0, 0)
	file := build(fmt.Sprintf(`{"a":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},"b":{"dtype":"F32","shape":[],"data_offsets":[%[2]d,%[3]d]}}`, n, 4*n, 4*n+4), data)
	spy := &countingReader{data: bytes.NewReader(file)}
	f, err := OpenReader(spy, int64(len(file)), "test")
	if err != nil {
		t.Fatal(err)
	}
	spy.bytes = 0
	values, err := f.Read("a")
	if err != nil {
		t.Fatal(err)
	}
	if len(values) != n || values[n-1] != n-1 || values[20_000] != 20_000 {
		t.Errorf("%d values, last %v", len(values), values[len(values)-1])
	}
	if spy.bytes != 4*n {
		t.Errorf("%d bytes read, want %d", spy.bytes, 4*n)
	}
}

type countingReader struct {
	data  *bytes.Reader
	bytes int
}

func (r *countingReader) ReadAt(b []byte, at int64) (int, error) {
	r.bytes += len(b)
	return r.data.ReadAt(b, at)
}

func TestReadRefuses(t *testing.T) {
	nan := make([]byte, 24)
	copy(nan[20:], []byte{0, 0, 0xc0, 0x7f})
	huge := binary.LittleEndian.AppendUint64(nil, math.Float64bits(1e300))
	for _, c := range []struct{ name, header, want string }{
		{"nan", `{"w":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}}`, `tensor "w" is not finite (NaN) at [0 1 2]`},
		{"overflow", `{"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, `tensor "w" is not finite (+Inf) at []`},
		{"whole numbers", `{"w":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`, `has dtype I64; only F64, F32, F16 and BF16`},
		{"other name", `{"w.bias":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, `no tensor "w"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := nan
			if c.name != "nan" {
				data = huge
			}
			_, err := open(t, build(c.header, data)).Read("w")
			expect(t, err, "test.safetensors", c.want)
		})
	}
	file := build(`{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}`, huge)
	f := open(t, file)
	f.data = bytes.NewReader(file[:len(file)-3])
	_, err := f.Read("w")
	expect(t, err, "test.safetensors", `tensor "w"`, "was it changed meanwhile")
}

func TestPosition(t *testing.T) {
	if got := position(1*12+0*4+2, []int{2, 3, 4}); !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("%v, want [1 0 2]", got)
	}
}

func TestCheckReportsAll(t *testing.T) {
	f := open(t, build(`{"conv1_1.weight":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
		"steps":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}`, make([]byte, 5)))
	if err := f.Check(map[string][]int{"conv1_1.weight": {1}}); err != nil {
		t.Error(err)
	}
	err := f.Check(map[string][]int{"conv1_1.weight": {1, 1}, "conv1_1.weights": {1}, "steps": {1}, "unlike": nil})
	expect(t, err, "test.safetensors",
		`tensor "conv1_1.weight" has shape [1], not [1 1]`,
		`no tensor "conv1_1.weights"; did you mean "conv1_1.weight"?`,
		`tensor "steps" has dtype U8`,
		`no tensor "unlike"`,
		`has conv1_1.weight, steps;`)
}

func TestSHA256(t *testing.T) {
	file := build("{}", nil)
	f := open(t, file)
	got, err := f.SHA256(context.Background())
	if want := "411a485216e432ece6b9af94fa32154cf79a2a56d4f81266baa50063f45092bd"; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.SHA256(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancel: %v", err)
	}
}

func TestOpenNamesTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.safetensors")
	if err := os.WriteFile(path, build("{}", nil), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	_, err = Open(filepath.Join(dir, "absent"))
	expect(t, err, "absent", "no such file")
	if !errors.Is(err, os.ErrNotExist) {
		t.Error("not os.ErrNotExist")
	}
	_, err = Open(dir)
	expect(t, err, dir, "not a regular file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Open(path)
	expect(t, err, path, "empty")
}

// expect fails unless err has every part in its message.
func expect(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q\ndoes not say %q", err, part)
		}
	}
}
