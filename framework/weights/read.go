package weights

import (
	"fmt"
	"math"
)

// Read returns the values of a tensor, last index fastest, as float32. F64 is
// rounded; F32, F16 and BF16 are exact. Only this tensor's bytes are read. A
// value that is not finite in float32 is an error that says where it is.
func (f *File) Read(name string) ([]float32, error) {
	t, err := f.lookup(name)
	if err != nil {
		return nil, err
	}
	kind := dtypes[t.dtype]
	if kind.decode == nil {
		return nil, f.notFloat(name, t)
	}
	const block = 1 << 16 // bytes; a multiple of every size
	buffer := make([]byte, min(t.end-t.begin, block))
	values := make([]float32, 0, (t.end-t.begin)/int64(kind.size))
	for at := t.begin; at < t.end; at += block {
		chunk := buffer[:min(block, t.end-at)]
		if err := readFull(f.data, chunk, at); err != nil {
			return nil, fmt.Errorf("weights %s: tensor %q: %w", f.name, name, err)
		}
		for i := 0; i < len(chunk); i += kind.size {
			v := kind.decode(chunk[i:])
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("weights %s: tensor %q is not finite (%v) at %v; the file is damaged or its training diverged, fetch another",
					f.name, name, v, position(len(values), t.shape))
			}
			values = append(values, v)
		}
	}
	return values, nil
}

// position turns the index of a value into one index for each dimension.
func position(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return at
}
