package run

import (
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/sizes"
)

// texture is the experiment without a content image and what reads it.
func texture(t *testing.T) framework.Experiment {
	e := experiment(t)
	e.Content = framework.ContentImage{Crop: 1}
	e.Losses = e.Losses[1:]
	return e
}

// A texture has the proportions that its size or a stage has, else its first style's.
func TestTexture(t *testing.T) {
	both := framework.Size{Height: 16, Width: 48, Fit: framework.FitArea}
	for name, c := range map[string]struct {
		size, first, second framework.Size
		want                [2]sizes.Pixels
	}{
		"of the style":        {framework.Size{}, framework.Size{Long: 50}, framework.Size{Scale: 0.5}, [2]sizes.Pixels{{H: 50, W: 20}, {H: 25, W: 10}}},
		"of the result":       {both, framework.Size{Long: 24}, framework.Size{Scale: 2}, [2]sizes.Pixels{{H: 8, W: 24}, {H: 16, W: 48}}},
		"of the first stage":  {framework.Size{}, both, framework.Size{Long: 24}, [2]sizes.Pixels{{H: 16, W: 48}, {H: 8, W: 24}}},
		"of the second stage": {framework.Size{}, framework.Size{Long: 24}, both, [2]sizes.Pixels{{H: 8, W: 24}, {H: 16, W: 48}}},
	} {
		e := texture(t)
		e.Size, e.Stages[0].Size, e.Stages[1].Size = c.size, c.first, c.second
		p := prepare(t, e)
		for i, want := range c.want {
			if got := p.sizes[i]; got != want {
				t.Errorf("%s: stage %d has %v, want %v", name, i+1, got, want)
			}
		}
		outcome, err := p.Optimize(t.Context(), &record{})
		if err != nil || outcome.Final.H != c.want[1].H {
			t.Errorf("%s: %v", name, err)
		}
		if p.Content() != nil || p.Images(0)[0].Role != "style" {
			t.Errorf("%s: there is a content image", name)
		}
		if _, err := prepare(t, e).PredictMemory(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What reads a content image needs one, and a picture needs proportions.
func TestTextureWithout(t *testing.T) {
	for want, change := range map[string]func(*framework.Experiment){
		"losses.c: it needs a content image": func(e *framework.Experiment) {
			e.Losses = []framework.LossSpec{{Name: "c", Type: "content", Weight: 1, Options: &none{}}}
		},
		"init.from: content, but there is no content image": func(e *framework.Experiment) {
			plugin, err := plugins().Initials.Lookup("content")
			if err != nil {
				t.Fatal(err)
			}
			e.Init = framework.InitSpec{From: "content", Options: plugin.Options()}
		},
		"color: it needs a content image": func(e *framework.Experiment) {
			e.Color = framework.ColorOptions{Match: "pca", To: "style", When: "before"}
		},
		"stages[1].details: there is no content image": func(e *framework.Experiment) { e.Stages[1].Details = 1 },
		"size: neither a content nor a style image gives the picture its proportions": func(e *framework.Experiment) {
			e.Style = nil
		},
	} {
		e := texture(t)
		change(&e)
		if _, err := Prepare(e, plugins(), compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	e := texture(t)
	e.Color = framework.ColorOptions{Match: "pca", To: "style", When: "after"}
	if _, err := prepare(t, e).Optimize(t.Context(), &record{}); err != nil {
		t.Errorf("a texture in its style's colours: %v", err)
	}
}
