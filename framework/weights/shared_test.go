package weights

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"runexp/internal/shared"
)

// Sums, first and last values are from NumPy.
func TestSharedWeights(t *testing.T) {
	for _, c := range []struct {
		file, tensor, sha256      string
		tensors                   int
		shape                     []int
		sum, squares, first, last float64
	}{
		{"vgg19-lite.safetensors", "conv5_1.weight", "2cb9d9f6fc798e6367570a0fbd4fc4d4aa96b32fe08199ea6e294cb3ce3c514a", 26,
			[]int{256, 256, 3, 3}, -278.28834813833237, 56.72011166411683, -0.0095672607421875, -0.006992340087890625},
		{"vgg19-oxford.safetensors", "conv1_1.weight", "66069451ad26e8e28a4a2961c86e576019491602f7d033bef29621845f7579f5", 32,
			[]int{64, 3, 3, 3}, -3.5411860072526906, 63.296591034733744, 0.3411952257156372, -0.26588448882102966},
	} {
		t.Run(c.file, func(t *testing.T) {
			f, err := Open(filepath.Join(shared.Dir(t), "weights", c.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := f.Check(map[string][]int{c.tensor: c.shape}); err != nil {
				t.Error(err)
			}
			if n := len(f.Names()); n != c.tensors {
				t.Errorf("%d tensors, want %d", n, c.tensors)
			}
			if !strings.HasPrefix(f.Metadata()["architecture"], "vgg19") {
				t.Errorf("metadata %q", f.Metadata())
			}
			values, err := f.Read(c.tensor)
			if err != nil {
				t.Fatal(err)
			}
			var sum, squares float64
			for _, v := range values {
				sum += float64(v)
				squares += float64(v) * float64(v)
			}
			if math.Abs(sum-c.sum) > 1e-9 || math.Abs(squares-c.squares) > 1e-9 {
				t.Errorf("sum %v, of squares %v; want %v, %v", sum, squares, c.sum, c.squares)
			}
			if first, last := float64(values[0]), float64(values[len(values)-1]); first != c.first || last != c.last {
				t.Errorf("first %v, last %v; want %v, %v", first, last, c.first, c.last)
			}
			if sum, err := f.SHA256(context.Background()); err != nil || sum != c.sha256 {
				t.Errorf("sha256 %s, %v; want %s", sum, err, c.sha256)
			}
		})
	}
}
