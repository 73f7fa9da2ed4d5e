package weights

import (
	"fmt"
	"math"
)

// Read returns the values of a tensor, last index fastest, as float32. F64 is rounded;
// F32, F16 and BF16 are exact. Only this tensor's bytes are read, including gaps if it
// is not contiguous, as PyTorch's may be. A value that is not finite in float32 is an
// error with its position.
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
			return nil, fmt.Errorf("weights %s: tensor %s: %w", f.name, quoted(name), err)
		}
		for i := 0; i < len(chunk); i += kind.size {
			values = append(values, kind.decode(chunk[i:]))
		}
	}
	if t.stride != nil {
		values = gather(values, t.shape, t.stride)
	}
	for i, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("weights %s: tensor %s is not finite (%v) at %v; the file is damaged or its training diverged, download another",
				f.name, quoted(name), v, position(i, t.shape))
		}
	}
	return values, nil
}

// gather returns the values at Σ index·stride for all indices, last index fastest.
func gather(values []float32, shape, stride []int) []float32 {
	n := 1
	for _, d := range shape {
		n *= d
	}
	out := make([]float32, n)
	for i := range out {
		at := 0
		for k, index := range position(i, shape) {
			at += index * stride[k]
		}
		out[i] = values[at]
	}
	return out
}

// position converts the index of a value into one index for each dimension.
func position(i int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k] = i % shape[k]
		i /= shape[k]
	}
	return at
}
