package trial

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"

	"runexp/framework"
	"runexp/framework/run"
	"runexp/internal/atomicfile"
)

// A checkpoint is a run.State with the identity of its trial. Its file is
//
//	runexp checkpoint 1\n
//	{"trial":…}\n                 JSON: scalars, and the lengths of what follows
//	the picture, the average of iterates, the stage's start, then of each slot its scalars and its pixels
//	CRC-32C of everything before
//
// Pixels are float32, scalars float64, the sum 4 bytes, all little-endian.
type checkpoint struct {
	trial   string // its hash
	kernels string // variant
	version string // of runexp
	state   run.State
}

const (
	checkpointMagic = "runexp checkpoint 1\n"
	// maxHeader bounds the second line, in bytes: enough for thousands of slots.
	maxHeader = 1 << 18
)

// checkpointFile returns the path of the checkpoint of the run in folder.
func checkpointFile(folder string) string { return filepath.Join(folder, "checkpoint") }

// header is the second line of the file.
type header struct {
	Trial       string  `json:"trial"`
	Kernels     string  `json:"kernels"`
	Version     string  `json:"version"`
	Stage       int     `json:"stage"` // from 0, as all of these
	Iteration   int     `json:"iteration"`
	Step        int     `json:"step"`
	Evaluations int     `json:"evaluations"`
	Known       bool    `json:"known"`
	Done        bool    `json:"done"`
	Lowest      float64 `json:"lowest"`
	Rollbacks   int     `json:"rollbacks"`
	Picture     int64   `json:"picture"` // numbers
	Average     int64   `json:"average,omitempty"`
	Start       int64   `json:"start,omitempty"`
	Averaged    int     `json:"averaged,omitempty"` // pictures; not in files of versions that left the stage's first one out
	Slots       []slot  `json:"slots"`
}

type slot struct {
	Name    string `json:"name"`
	Scalars int64  `json:"scalars"`
	Pixels  int64  `json:"pixels"`
}

// write writes the file atomically.
func (c checkpoint) write(path string) error {
	return atomicfile.Create(path, c.encode)
}

func (c checkpoint) encode(w io.Writer) error {
	s := c.state
	h := header{
		Trial: c.trial, Kernels: c.kernels, Version: c.version,
		Stage: s.Stage, Iteration: s.Iteration, Step: s.Step, Evaluations: s.Evaluations, Known: s.Evaluated, Done: s.Done,
		Lowest: s.Guard.Lowest, Rollbacks: s.Guard.Rollbacks, Picture: int64(len(s.X)), Average: int64(len(s.Average)), Start: int64(len(s.Start)), Averaged: s.Averaged,
	}
	for _, o := range s.Optimizer {
		h.Slots = append(h.Slots, slot{o.Name, int64(len(o.Scalars)), int64(len(o.PerPixel))})
	}
	line, err := json.Marshal(h)
	if err != nil {
		return err
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	out := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	_, _ = out.WriteString(checkpointMagic) // bufio keeps the error for Flush
	_, _ = out.Write(append(line, '\n'))
	writePixels(out, s.X)
	writePixels(out, s.Average)
	writePixels(out, s.Start)
	for _, o := range s.Optimizer {
		for _, v := range o.Scalars {
			_, _ = out.Write(binary.LittleEndian.AppendUint64(out.AvailableBuffer(), math.Float64bits(v)))
		}
		writePixels(out, o.PerPixel)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, sum.Sum32())
}

func writePixels(out *bufio.Writer, x []float32) {
	for _, v := range x {
		_, _ = out.Write(binary.LittleEndian.AppendUint32(out.AvailableBuffer(), math.Float32bits(v)))
	}
}

// readCheckpoint reads the checkpoint of a trial. Errors: fs.ErrNotExist; a file that is
// damaged, of another format or of another trial.
func readCheckpoint(path, trial string) (checkpoint, error) {
	f, err := os.Open(path)
	if err != nil {
		return checkpoint{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return checkpoint{}, err
	}
	c, err := decodeCheckpoint(f, info.Size(), trial)
	if err != nil {
		return checkpoint{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// decodeCheckpoint reads size bytes. It allocates no more memory than that.
func decodeCheckpoint(r io.Reader, size int64, trial string) (checkpoint, error) {
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	in := bufio.NewReaderSize(io.LimitReader(r, size), maxHeader)
	h, used, err := readHeader(in, sum)
	if err != nil {
		return checkpoint{}, err
	}
	if h.Trial != trial {
		return checkpoint{}, errors.New("it belongs to another trial")
	}
	if body, ok := h.body(size); !ok || used+body+crc32.Size != size {
		return checkpoint{}, fmt.Errorf("its size, %d bytes, contradicts its header: it is damaged", size)
	}
	body := io.TeeReader(in, sum)
	s := run.State{
		Stage: h.Stage, Iteration: h.Iteration, Step: h.Step, Evaluations: h.Evaluations, Evaluated: h.Known, Done: h.Done,
		Averaged: h.Averaged, Guard: run.Guard{Lowest: h.Lowest, Rollbacks: h.Rollbacks},
	}
	if s.X, err = readPixels(body, h.Picture); err != nil {
		return checkpoint{}, err
	}
	if s.Average, err = readPixels(body, h.Average); err != nil {
		return checkpoint{}, err
	}
	if s.Start, err = readPixels(body, h.Start); err != nil {
		return checkpoint{}, err
	}
	for _, o := range h.Slots {
		slot := framework.Slot{Name: o.Name}
		if slot.Scalars, err = readScalars(body, o.Scalars); err != nil {
			return checkpoint{}, err
		}
		if slot.PerPixel, err = readPixels(body, o.Pixels); err != nil {
			return checkpoint{}, err
		}
		s.Optimizer = append(s.Optimizer, slot)
	}
	var want uint32
	if err := binary.Read(in, binary.LittleEndian, &want); err != nil {
		return checkpoint{}, err
	}
	if got := sum.Sum32(); got != want {
		return checkpoint{}, fmt.Errorf("its checksum is %08x and should be %08x: it is damaged", got, want)
	}
	return checkpoint{trial: h.Trial, kernels: h.Kernels, version: h.Version, state: s}, nil
}

// readHeader reads the two lines into sum, and returns their length.
func readHeader(in *bufio.Reader, sum io.Writer) (h header, used int64, err error) {
	magic, err := in.ReadSlice('\n')
	if err != nil || string(magic) != checkpointMagic {
		return h, 0, errors.New("not a checkpoint of this version of runexp")
	}
	_, _ = sum.Write(magic) // never fails (hash.Hash)
	used = int64(len(magic))
	line, err := in.ReadSlice('\n')
	if err != nil {
		return h, 0, errors.New("its header has no end: it is damaged")
	}
	_, _ = sum.Write(line)
	if err := json.Unmarshal(line, &h); err != nil {
		return h, 0, fmt.Errorf("its header is damaged: %w", err)
	}
	return h, used + int64(len(line)), nil
}

// body returns the number of bytes between header and checksum; ok unless it exceeds size.
func (h header) body(size int64) (bytes int64, ok bool) {
	add := func(count, each int64) bool {
		if count < 0 || count > (size-bytes)/each {
			return false
		}
		bytes += count * each
		return true
	}
	ok = add(h.Picture, 4) && add(h.Average, 4) && add(h.Start, 4)
	for _, s := range h.Slots {
		ok = ok && add(s.Scalars, 8) && add(s.Pixels, 4)
	}
	return bytes, ok
}

// readPixels and readScalars read n numbers; nil for 0.
func readPixels(in io.Reader, n int64) ([]float32, error) {
	if n == 0 {
		return nil, nil
	}
	x := make([]float32, n)
	var chunk [1 << 12]byte
	for rest := x; len(rest) > 0; {
		part := chunk[:min(len(chunk), 4*len(rest))]
		if _, err := io.ReadFull(in, part); err != nil {
			return nil, err
		}
		for i := range len(part) / 4 {
			rest[i] = math.Float32frombits(binary.LittleEndian.Uint32(part[4*i:]))
		}
		rest = rest[len(part)/4:]
	}
	return x, nil
}

func readScalars(in io.Reader, n int64) ([]float64, error) {
	if n == 0 {
		return nil, nil
	}
	x := make([]float64, n)
	return x, binary.Read(in, binary.LittleEndian, x)
}
