package trial

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/run"
)

// sample is a checkpoint with numbers that are hard to encode.
func sample() checkpoint {
	odd := []float32{0, float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, math.MaxFloat32, float32(math.Inf(-1)), 1. / 3}
	return checkpoint{trial: "abc", kernels: "avx2", version: "v1", state: run.State{
		Stage: 1, Iteration: 7, Step: 19, Evaluations: 31, Evaluated: true, Done: true,
		X: []float32{1.5, -2.25, 1e-30}, Average: []float32{0.5, 1e-30, 3}, Averaged: 8,
		Optimizer: []framework.Slot{
			{Name: "step", Scalars: []float64{7, math.Pi, math.Inf(1), math.Copysign(0, -1)}},
			{Name: "mean \"\n é", PerPixel: odd},
			{Name: "nothing"},
		},
		Guard: run.Guard{Lowest: 1.0 / 3, Rollbacks: 4},
	}}
}

func encoded(t testing.TB, c checkpoint) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := c.encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCheckpointRoundTrip(t *testing.T) {
	path := checkpointFile(t.TempDir())
	if _, err := readCheckpoint(path, "abc"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	large := sample() // larger than any buffer
	large.state.X = make([]float32, 1<<19+3)
	for i := range large.state.X {
		large.state.X[i] = float32(math.Sin(float64(i)))
	}
	for _, want := range []checkpoint{sample(), large} {
		if err := want.write(path); err != nil {
			t.Fatal(err)
		}
		got, err := readCheckpoint(path, "abc")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) || !bytes.Equal(encoded(t, got), encoded(t, want)) {
			t.Errorf("got %+v", got)
		}
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
}

// TestDamagedCheckpointIsRejected truncates it, and changes it, at every byte.
func TestDamagedCheckpointIsRejected(t *testing.T) {
	good := encoded(t, sample())
	read := func(data []byte) error {
		_, err := decodeCheckpoint(bytes.NewReader(data), int64(len(data)), "abc")
		return err
	}
	if err := read(good); err != nil {
		t.Fatal(err)
	}
	for i := range good {
		if read(good[:i]) == nil {
			t.Errorf("accepted when truncated to %d of %d bytes", i, len(good))
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if read(bad) == nil {
			t.Errorf("accepted with byte %d changed", i)
		}
	}
	if read(append(bytes.Clone(good), 0)) == nil {
		t.Error("accepted with an extra byte")
	}
	for _, c := range []struct{ data, want string }{
		{"runexp checkpoint 2\n{}\n", "not a checkpoint of this version"},
		{checkpointMagic + strings.Repeat(" ", 2*maxHeader), "its header has no end"},
		{checkpointMagic + `{"trial": 1}` + "\n", "its header is damaged"},
		{checkpointMagic + `{"trial": "abd"}` + "\n1234", "another trial"},
		{checkpointMagic + `{"trial": "abc"}` + "\n1234", "its checksum is"},
		{checkpointMagic + `{"trial": "abc"}` + "\n123456", "its size, 43 bytes, contradicts"},
		{checkpointMagic + `{"trial": "abc", "picture": 1000000000000}` + "\n1234", "contradicts its header"},
		{checkpointMagic + `{"trial": "abc", "picture": -1}` + "\n", "contradicts its header"},
		{checkpointMagic + `{"trial": "abc", "slots": [{"scalars": 9223372036854775807}]}` + "\n1234", "contradicts its header"},
	} {
		if err := read([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: error %v, want one that says %q", c.data, err, c.want)
		}
	}
}

// FuzzCheckpoint checks that any file is either refused or decoded to its own contents, in
// memory of a small multiple of its size. A valid checksum is added, so that the decoding
// behind it is tested too.
func FuzzCheckpoint(f *testing.F) {
	good := encoded(f, sample())
	f.Add(good[:len(good)-4])
	f.Add(good[:len(good)/2])
	f.Add([]byte(checkpointMagic + `{"trial":"abc","picture":4611686018427387904,"slots":[{"scalars":-9}]}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) { tryDecoding(t, data) })
}

func tryDecoding(t *testing.T, data []byte) {
	t.Helper()
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	file := binary.LittleEndian.AppendUint32(bytes.Clone(data), sum)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c, err := decodeCheckpoint(bytes.NewReader(file), int64(len(file)), "abc")
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 2*maxHeader+200*uint64(len(data)) {
		t.Fatalf("%d bytes allocated for a file of %d", took, len(data))
	}
	if err != nil {
		return
	}
	again := encoded(t, c)
	if _, err := decodeCheckpoint(bytes.NewReader(again), int64(len(again)), "abc"); err != nil {
		t.Fatal(err)
	}
	// After the two lines the bytes are the same.
	body := bytes.SplitN(data, []byte("\n"), 3)[2]
	if !bytes.HasSuffix(again[:len(again)-4], body) {
		t.Fatal("the numbers differ from the file's")
	}
}

// TestManyBrokenCheckpoints is a short form of FuzzCheckpoint that always runs.
func TestManyBrokenCheckpoints(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	good := encoded(t, sample())
	good = good[:len(good)-4]
	for range 500 {
		data := bytes.Clone(good)
		for range 1 + random.IntN(4) {
			at := random.IntN(len(data))
			switch random.IntN(3) {
			case 0:
				data[at] = byte(random.Uint32())
			case 1:
				data = append(data[:at], data[min(len(data), at+random.IntN(9)):]...)
			default:
				data = slices.Insert(data, at, []byte("9999999999")[:1+random.IntN(10)]...)
			}
			if len(data) == 0 {
				break
			}
		}
		tryDecoding(t, data)
	}
}

func TestCheckOut(t *testing.T) {
	dir := t.TempDir()
	for _, out := range []string{dir, filepath.Join(dir, "a"), filepath.Join(dir, "a", "b"), filepath.Join(dir, "a", "..", "b") + "/"} {
		if err := CheckOut(out); err != nil {
			t.Errorf("%s: %v", out, err)
		}
	}
	file := filepath.Join(dir, "file")
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("files left behind: %v, %v", files, err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{file, filepath.Join(file, "below")} {
		if err := CheckOut(out); err == nil || !strings.Contains(err.Error(), "--out") {
			t.Errorf("%s: error %v", out, err)
		}
	}
}
