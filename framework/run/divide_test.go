package run

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/imaging"
)

// twoColors writes an image whose upper part, a share of its height, is blue, the rest
// brown, or the other way round, both with some texture.
func twoColors(t *testing.T, h, w int, share float64, swapped bool) string {
	t.Helper()
	m := imaging.New(h, w)
	for i := range h * w {
		color := [3]float32{0.2, 0.4, 0.9}
		if (float64(i/w) >= share*float64(h)) != swapped {
			color = [3]float32{0.5, 0.3, 0.1}
		}
		for c, v := range color {
			m.Pix[3*i+c] = v + 0.05*float32((i*7+i/w*3)%5)/5
		}
	}
	path := filepath.Join(t.TempDir(), "image.png")
	if err := imaging.WriteFile(path, m, nil); err != nil {
		t.Fatal(err)
	}
	return path
}

// withAuto is an experiment with a loss of regions, whose content image is blue above and
// whose style images are blue below and blue above.
func withAuto(t *testing.T) (framework.Experiment, framework.Plugins) {
	t.Helper()
	e, p := withRegions(t)
	e.Content = framework.ContentImage{Image: twoColors(t, 30, 40, 0.4, false)}
	e.Style[0].Image, e.Style[0].Masks = twoColors(t, 50, 40, 0.7, true), nil
	e.Style[1].Image, e.Style[1].Masks = twoColors(t, 20, 20, 0.5, false), nil
	e.Masks.Auto = 2
	return e, p
}

// masked is a Prepared that was run, and the picture of its regions.
func masked(t *testing.T, e framework.Experiment, p framework.Plugins, k compute.Kernels[float32]) (*Prepared, []*imaging.Image) {
	t.Helper()
	prepared, err := Prepare(e, p, k)
	if err != nil {
		t.Fatal(err)
	}
	var pictures []*imaging.Image
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = prepared.Optimize(ctx, ObserverFunc(func(event Event) error {
		if r, is := event.(Regions); is {
			pictures = append(pictures, r.Image)
		} else if len(pictures) == 0 {
			t.Errorf("%T before the regions", event)
		}
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return prepared, pictures
}

// at returns a mask's value at a share of its height, in its middle.
func at(m *imaging.Image, share float64) float32 {
	return m.Pix[3*(int(share*float64(m.H))*m.W+m.W/2)]
}

// Blue is matched with blue wherever it is, in every style image.
func TestAutoMasks(t *testing.T) {
	e, plugins := withAuto(t)
	p, pictures := masked(t, e, plugins, compute.Plain[float32]{})
	names := slices.Sorted(maps.Keys(p.content.masks))
	blue := ""
	for _, name := range names {
		if at(p.content.masks[name], 0.1) == 1 {
			blue = name
		}
	}
	if len(names) < 2 || blue == "" {
		t.Fatalf("regions %v", names)
	}
	if at(p.content.masks[blue], 0.9) != 0 {
		t.Error("brown is in the region of blue")
	}
	for i, share := range []float64{0.9, 0.1} {
		if mask := p.styles[i].masks[blue]; mask == nil || at(mask, share) != 1 || at(mask, 1-share) != 0 {
			t.Errorf("style %d: blue is elsewhere", i)
		}
	}
	if len(pictures) != 1 || pictures[0].W != 2*pictureSide+8 || pictures[0].H != 3*pictureSide+16 {
		t.Fatalf("%d pictures of regions", len(pictures))
	}
}

// A region has one colour beside the content image and beside the style image, which are to
// the left.
func TestRegionsPicture(t *testing.T) {
	e, plugins := withAuto(t)
	e.Style = e.Style[:1]
	_, pictures := masked(t, e, plugins, compute.Plain[float32]{})
	pixel := func(y, x int) []float32 { return pictures[0].Pix[3*(y*pictures[0].W+x):][:3] }
	near := func(a, b []float32) bool {
		return math.Abs(float64(a[0]-b[0]))+math.Abs(float64(a[1]-b[1]))+math.Abs(float64(a[2]-b[2])) < 0.1
	}
	const beside, below = pictureSide + 8, pictureSide + 8
	blue, brown := []float32{0.2, 0.4, 0.9}, []float32{0.5, 0.3, 0.1}
	if !near(pixel(20, 60), blue) || !near(pixel(below+20, 60), brown) || !near(pixel(below+240, 60), blue) {
		t.Error("the images are not on the left")
	}
	if !near(pixel(20, beside+60), pixel(below+240, beside+60)) || !near(pixel(180, beside+60), pixel(below+20, beside+60)) {
		t.Error("a region has two colours")
	}
	if near(pixel(20, beside+60), pixel(180, beside+60)) {
		t.Error("two regions have one colour")
	}
}

// The same masks from another Prepared with any number of threads, and none without the key.
func TestAutoMasksAreReproducible(t *testing.T) {
	e, plugins := withRegions(t) // of noise: what k-means finds there depends on its start
	e.Content.Masks, e.Style[0].Masks, e.Style[1].Masks, e.Masks.Auto = nil, nil, nil, 6
	with := func(threads int) *Prepared {
		k, err := compute.NewEngine(compute.Options{Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		p, _ := masked(t, e, plugins, k)
		return p
	}
	first, second := with(1), with(3)
	if !reflect.DeepEqual(first.content.masks, second.content.masks) || !reflect.DeepEqual(first.styles, second.styles) {
		t.Error("the masks differ")
	}
	e.Masks.Auto = 0
	prepared, err := Prepare(e, plugins, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	if prepared.divides() || len(prepared.content.masks) > 0 {
		t.Error("regions without masks.auto")
	}
}

// What is drawn stays: the content image's regions, of which those of the style images are
// found, and a style image's.
func TestAutoMasksBesideDrawnOnes(t *testing.T) {
	e, plugins := withAuto(t)
	upper, lower, lowest := imaging.New(30, 40), imaging.New(30, 40), imaging.New(30, 40)
	for i := range upper.Pix {
		part := []*imaging.Image{upper, lower, lowest}[min(i/(3*40*12), 2)]
		part.Pix[i] = 1
	}
	for _, m := range []struct {
		name  string
		image *imaging.Image
	}{{"left", upper}, {"right", lower}, {"rest", lowest}} {
		path := filepath.Join(t.TempDir(), "mask.png")
		if err := imaging.WriteFile(path, m.image, nil); err != nil {
			t.Fatal(err)
		}
		e.Content.Masks = append(e.Content.Masks, framework.Mask{Name: m.name, Image: path})
	}
	e.Style[1].Region = "right"
	p, _ := masked(t, e, plugins, compute.Plain[float32]{})
	if !reflect.DeepEqual(p.content.masks["left"], upper) {
		t.Error("the drawn mask has changed")
	}
	found := p.styles[0].masks // of which there are more than masks.auto
	if len(found) != 3 || at(found["left"], 0.9) != 1 || at(found["right"], 0.9) != 0 || at(found["rest"], 0.9) != 0 {
		t.Errorf("%d regions of the first style image, or elsewhere", len(found))
	}
	if reflect.DeepEqual(found["right"], found["rest"]) {
		t.Error("two regions share one of the style image")
	}
	if whole := p.styles[1].masks; len(whole) != 1 || at(whole["right"], 0.1) != 1 || at(whole["right"], 0.9) != 1 {
		t.Errorf("%d regions of the style image for one", len(whole))
	}
}

// A run that is resumed has the same regions, and so the same losses.
func TestAutoMasksResume(t *testing.T) {
	e, plugins := withAuto(t)
	prepared := func() *Prepared {
		p, err := Prepare(e, plugins, compute.Plain[float32]{})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	var state State
	whole, rest := &record{onSafePoint: func(s State, _ bool) error {
		if s.Step == 3 {
			state.copyFrom(s)
		}
		return nil
	}}, &record{}
	if _, err := prepared().Optimize(t.Context(), whole); err != nil {
		t.Fatal(err)
	}
	p := prepared()
	if err := p.Resume(state); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Optimize(t.Context(), rest); err != nil {
		t.Fatal(err)
	}
	if len(rest.rows[0].Terms) < 5 { // those of the other losses are three
		t.Errorf("%d terms: not those of regions", len(rest.rows[0].Terms))
	}
	compareRows(t, "resumed", append(upTo(whole.rows, 3), rest.rows...), whole.rows)
}

// Predictions count the filters and the memory of finding regions, and need no regions.
func TestAutoMasksArePredicted(t *testing.T) {
	e, plugins := withAuto(t)
	e.Losses = e.Losses[1:2] // reads the first convolution only
	bytes := map[int]int64{}
	for auto, filters := range map[int]int{0: 1, 3: 2} {
		e.Masks.Auto = auto
		prepared, err := Prepare(e, plugins, compute.Plain[float32]{})
		if err != nil {
			t.Fatal(err)
		}
		predicted, err := prepared.PredictMemory()
		if err == nil {
			err = prepared.PredictTime(t.Context(), predicted)
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(predicted[0].Filters) != filters {
			t.Errorf("auto %d: %d filters", auto, len(predicted[0].Filters))
		}
		bytes[auto] = predicted[0].Bytes
	}
	// The picture has 18×24 pixels: the images of 64×64 are the larger part.
	if least := int64(64 * 64 * 4 * (4 + 6)); bytes[3]-bytes[0] < least {
		t.Errorf("%d and %d bytes, %d more are needed", bytes[0], bytes[3], least)
	}
}

func TestBadAutoMasks(t *testing.T) {
	e, plugins := withAuto(t)
	e.Content = framework.ContentImage{}
	e.Losses = e.Losses[1:]
	if _, err := Prepare(e, plugins, compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "masks: they are of the content image, and there is none") {
		t.Errorf("a texture: %v", err)
	}
}

// The layer is the last ReLU of a fine enough resolution, else the last layer of one.
func TestRegionLayer(t *testing.T) {
	conv, relu := framework.Layer{Name: "conv", Kind: "conv", Stride: 4}, framework.Layer{Name: "relu", Kind: "relu", Stride: 4}
	deep := framework.Layer{Name: "deep", Kind: "relu", Stride: 8}
	for _, c := range []struct {
		layers []framework.Layer
		want   string
	}{{[]framework.Layer{relu, conv, deep}, "relu"}, {[]framework.Layer{conv, deep}, "conv"}, {[]framework.Layer{deep}, ""}} {
		got, err := regionLayer(c.layers)
		if got.Name != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%v: %q, %v", c.layers, got.Name, err)
		}
	}
}
