package weights

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"slices"

	"runexp/internal/atomicfile"
)

// fingerprintKey is the metadata key under which Convert stores the Fingerprint.
const fingerprintKey = "fingerprint"

// Convert atomically writes the named tensors to path as a safetensors file of float32,
// with the given metadata and their Fingerprint. An existing file is replaced.
func (f *File) Convert(ctx context.Context, path string, names []string, metadata map[string]string) error {
	type entry struct {
		DType  string   `json:"dtype"`
		Shape  []int    `json:"shape"`
		Offset [2]int64 `json:"data_offsets"`
	}
	header := map[string]any{}
	sum := sha256.New()
	var data []byte
	for _, name := range slices.Sorted(slices.Values(names)) {
		begin := int64(len(data))
		shape, err := f.values(ctx, name, sum, func(value []byte) { data = append(data, value...) })
		if err != nil {
			return err
		}
		header[name] = entry{"F32", shape, [2]int64{begin, int64(len(data))}}
	}
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[fingerprintKey] = hex.EncodeToString(sum.Sum(nil))
	header["__metadata__"] = metadata
	text, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("weights %s: %w", f.name, err)
	}
	for len(text)%8 != 0 { // aligns the values
		text = append(text, ' ')
	}
	file := binary.LittleEndian.AppendUint64(make([]byte, 0, 8+len(text)+len(data)), uint64(len(text)))
	return atomicfile.Write(path, append(append(file, text...), data...))
}

// Fingerprint returns the SHA-256 of the names, shapes and float32 values of all
// floating-point tensors in alphabetical order. It is equal for the same weights in
// either format, and in F16 and F32.
func (f *File) Fingerprint(ctx context.Context) (string, error) {
	sum := sha256.New()
	for _, name := range f.Names() {
		if dtypes[f.tensors[name].dtype].decode == nil {
			continue
		}
		if _, err := f.values(ctx, name, sum, func([]byte) {}); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// values reads a tensor, adds it to sum and calls each with its bytes.
func (f *File) values(ctx context.Context, name string, sum hash.Hash, each func([]byte)) ([]int, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	shape, err := f.Shape(name)
	if err != nil {
		return nil, err
	}
	values, err := f.Read(name)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(sum, "%q %v\n", name, shape)
	data, err := binary.Append(make([]byte, 0, 4*len(values)), binary.LittleEndian, values)
	if err != nil {
		return nil, fmt.Errorf("weights %s: %w", f.name, err)
	}
	sum.Write(data)
	each(data)
	return shape, nil
}

// Verify reads every floating-point value. All must be finite, and match the
// Fingerprint if Convert wrote the file. It returns whether the file has a
// Fingerprint.
func (f *File) Verify(ctx context.Context) (bool, error) {
	got, err := f.Fingerprint(ctx)
	if err != nil {
		return false, err
	}
	want, ok := f.metadata[fingerprintKey]
	if ok && got != want {
		return true, fmt.Errorf("weights %s: the values do not match the checksum of the import; the file is damaged, import or pull it again", f.name)
	}
	return ok, nil
}

// SumFile returns the SHA-256 of a file, in hex.
func SumFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return Sum(ctx, f)
}

// Sum returns the SHA-256 of r in hexadecimal, as sha256sum prints it.
func Sum(ctx context.Context, r io.Reader) (string, error) {
	sum := sha256.New()
	for {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		_, err := io.CopyN(sum, r, 1<<20)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}
