package evaluate

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
	"runexp/framework/weights"
	"runexp/metrics/dists"
	"runexp/metrics/lpips"
)

// mixed returns n pseudo-random numbers from −1 to 1, those of metrics/testdata/published.py.
func mixed(seed, n int) []float32 {
	list := make([]float32, n)
	for i := range list {
		h := uint32(i) + uint32(uint64(seed)*0x9E3779B9)
		h = (h ^ h>>16) * 0x85EBCA6B
		h = (h ^ h>>13) * 0xC2B2AE35
		h ^= h >> 16
		list[i] = float32(float64(h)/(1<<31) - 1)
	}
	return list
}

// positive returns numbers from 0 to 1.
func positive(seed, n int) []float32 {
	list := mixed(seed, n)
	for i, v := range list {
		list[i] = (v + 1) / 2
	}
	return list
}

// linear returns the random weights of LPIPS of published.py.
func linear() [][]float32 {
	var all [][]float32
	for i, width := range []int{64, 128, 256, 512, 512} {
		all = append(all, positive(100+i, width))
	}
	return all
}

// randomVGG16 returns VGG-16 with the random weights of published.py.
func randomVGG16(t testing.TB, pooling string) framework.Backbone {
	t.Helper()
	header, position := map[string]any{}, 0
	var data []byte
	add := func(name string, values []float32, factor float32, shape ...int) {
		begin := len(data)
		for _, v := range values {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v*factor))
		}
		header[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)}}
	}
	in, conv := 3, 0
	for block, n := range []int{2, 2, 3, 3, 3} {
		out := min(64<<block, 512)
		for range n {
			name := fmt.Sprintf("features.%d.", position)
			add(name+"weight", mixed(2*conv, out*in*9), float32(math.Sqrt(6/float64(in*9))), out, in, 3, 3)
			add(name+"bias", mixed(2*conv+1, out), 0.1, out)
			in, conv, position = out, conv+1, position+2
		}
		position++
	}
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "vgg16-torchvision.safetensors")
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	if err := os.WriteFile(path, append(file, data...), 0o644); err != nil {
		t.Fatal(err)
	}
	c := vgg.Defaults("vgg16")
	c.Weights, c.Pooling = path, pooling
	return vgg.New("vgg16", c, weights.Places{})
}

// formulaPicture is picture of published.py.
func formulaPicture(seed, shade, height, width int) *imaging.Image {
	m := imaging.New(height, width)
	for y := range height {
		for x := range width {
			for c := range 3 {
				rough := (y*37 + x*101 + c*59 + y*x*seed) % 256
				smooth := (y*255/(height-1) + x*3*(c+1)) % 511
				smooth = min(smooth, 510-smooth)
				m.Pix[(y*width+x)*3+c] = float32(float64((rough+3*smooth)*(10-shade*c)) / 10200)
			}
		}
	}
	return m
}

// TestByVGG16 compares LPIPS and DISTS with the public code's numbers, from pixels on, by the same
// random weights.
func TestByVGG16(t *testing.T) {
	text, err := os.ReadFile("../../metrics/testdata/published.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]float64
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	k, err := compute.NewEngine(compute.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	for _, c := range []struct {
		name, pooling string
		m             framework.Metric
	}{
		{"lpips", "max", lpips.New(linear())},
		{"dists", "hann", dists.New(positive(200, 1475), positive(201, 1475))},
	} {
		b := randomVGG16(t, c.pooling)
		config := Config{
			Name: "vgg16", Backbone: b, Layers: Layers{[]string{"relu1_1"}, []string{"relu1_1"}, "relu1_1"},
			Metrics: framework.NewRegistry[framework.Metric]("metric"), Requested: []string{Prefix + c.name},
		}
		framework.RegisterMetric(config.Metrics, c.name, c.m)
		if config.Weights, err = b.Weights(config.Layers.Taps()); err != nil {
			t.Fatal(err)
		}
		config.Weights.SHA256 = "random"
		s, err := New(config, k)
		if err != nil {
			t.Fatal(err)
		}
		const h, w = 48, 67
		r, err := s.Prepare(context.Background(), formulaPicture(5, 3, h, w), formulaPicture(5, 3, h, w), h, w)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Score(context.Background(), formulaPicture(1, 0, h, w))
		if err != nil {
			t.Fatal(err)
		}
		if got := got[0].Value; math.Abs(got-want[c.name]) > 1e-4*want[c.name] || want[c.name] == 0 {
			t.Errorf("%s: %.9g, want %.9g", c.name, got, want[c.name])
		}
		if err := c.m.(framework.NetworkChecker).CheckNetwork(layersOf(t, "vgg19")); err == nil || !strings.Contains(err.Error(), "VGG-16") {
			t.Errorf("%s by VGG-19: error %v", c.name, err)
		}
	}
}
