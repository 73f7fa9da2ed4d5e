package config_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"runexp/framework/config"
)

const overridden = `
content: photo.png
style: [painting.png, photo.png]
losses:
  - {name: style, type: gram, layers: [conv1_1, conv2_1]}
  - {type: tv, weight: 10}
stages:
  - {size: {height: 150, width: 225}, iterations: 500}
  - {size: {scale: 2}, iterations: 300}
`

func TestOverrides(t *testing.T) {
	for _, test := range []struct {
		overrides string // separated by blanks
		path      string // of the setting to check
		want      any    // nil: not set
	}{
		{"losses.style.weight=3", "losses.style.weight", 3.0},
		{"losses.style.weight=3", "losses.tv.weight", 10.0}, // viper's Set would drop it
		{"losses.0.weight=1e3", "losses.style.weight", 1000.0},
		{"losses.tv.weight=1 losses.tv.weight=2", "losses.tv.weight", 2.0},
		{"losses.*.weight=5", "losses.tv.weight", 5.0},
		{"losses.*.weight=5 losses.tv.weight=6", "losses.style.weight", 5.0},
		{"losses.tv=null", "losses.tv.weight", nil},
		{"losses.tv={type: tv,weight: 4}", "losses.tv.weight", 4.0},
		{"losses.tv.weight=null", "losses.tv.weight", 1.0},
		{"losses.style.layers=[conv3_1,{layer: image,weight: 2}]", "losses.style.layers", config.List("[conv3_1, {layer: image, weight: 2}]")},
		{"losses.style.layers[0].weight=2", "losses.style.layers", config.List("[{layer: conv1_1, weight: 2}, conv2_1]")},
		{"losses.style.layers.*.weight=2 losses.style.layers.1.layer=25", "losses.style.layers", config.List("[{layer: conv1_1, weight: 2}, {layer: conv4_4, weight: 2}]")},
		{"losses.style.layers.1=25", "losses.style.layers", config.List("[conv1_1, conv4_4]")},
		{"losses.style.name=paint losses.paint.weight=4", "losses.paint.weight", 4.0},
		{"backbone.pooling=average", "backbone.pooling", "average"},
		{"stages.*.optimizer.lr=1", "stages[1].optimizer.lr", 1.0},
		{"stages.*={size: {long: 64}} stages.0.size.long=32", "stages[1].size.long", int64(64)},
		{"stages.*.optimizer={lr: 1} stages.0.optimizer.lr=2", "stages[1].optimizer.lr", 1.0},
		{"stages[0].size={long: 64}", "stages[0].size.height", nil},
		{"stages.0.size={long: 64}", "stages[0].size.long", int64(64)},
		{"stages.0.iterations=null stages.0.evaluations=9", "stages[0].evaluations", int64(9)},
		{"stages.0.evaluations=9", "stages[0].evaluations", int64(9)},
		{"stages=null stages.0.iterations=9", "stages[0].iterations", int64(9)},
		{"style.0=photo.png style.0.weight=2", "style[0].weight", 2.0},
		{"style=painting.png", "style[1].image", nil},
		{"style.1.size=0.5", "style[1].size", "0.5"},
		{"variable={space: bytes}", "variable.space", "bytes"},
		{"seed=-7", "seed", int64(-7)},
		{"checkpoint.every=0", "checkpoint.every", "0"},
		{"checkpoint={every: 1m30s}", "checkpoint.every", "1m30s"},
		{"experiment=x", "checkpoint.every", "30s"},
		{"stages.*.optimizer={name: momentum}", "stages[0].optimizer.lr", 3.0}, // the optimizer's default
		{"stages.*.optimizer={name: momentum, lr: 2}", "stages[0].optimizer.lr", 2.0},
		{"stages.*.optimizer={name: adam}", "stages[0].optimizer.lr", 0.01},
		{`experiment="a,b"`, "experiment", "a,b"},
		{"experiment=Upper.Case", "experiment", "Upper.Case"},
		{"experiment=a=b", "experiment", "a=b"},
	} {
		t.Run(test.overrides, func(t *testing.T) {
			resolved, err := loader().Load(write(t, overridden), split(test.overrides))
			if err != nil {
				t.Fatal(err)
			}
			params, err := resolved.Params()
			if err != nil {
				t.Fatal(err)
			}
			var got any
			for _, p := range params {
				if p.Path == test.path {
					got = p.Value
				}
			}
			if got != test.want {
				t.Errorf("%s is %v (%T), want %v", test.path, got, got, test.want)
			}
		})
	}
}

func TestBadOverrides(t *testing.T) {
	for _, test := range []struct{ overrides, want string }{
		{"losses.tv", `"losses.tv" is not an override; write path=value, as in losses.tv.weight=5`},
		{"painting.png", `"painting.png" is not an override; write path=value, as in losses.tv.weight=5; for the content image write content.image=painting.png, for the style image style.0.image=painting.png`},
		{"missing.png", `"missing.png" is not an override; write path=value, as in losses.tv.weight=5`},
		{"size=big", `size: must be a number of pixels for the longer side, or a mapping (keys: height, width, fit, long, short, scale), not the text "big"`},
		{"style.image=x.jpg", "style.image: the list has the items 0 to 1, and an override cannot create an item; did you mean style.0.image? (or * instead of 0 for all items)"},
		{"stages.optimizer.lr=2", "stages.optimizer.lr: the list has the items 0 to 1, and an override cannot create an item; did you mean stages.0.optimizer.lr? (or * instead of 0 for all items)"},
		{"style.weight=1,2", "style.weight: omits the item of a list; did you mean style.0.weight? (or * instead of 0 for all items)"},
		{"style.imge=x.jpg", "style.imge: the list has the items 0 to 1, and an override cannot create an item"},
		{"iterations=20", `iterations: unknown key "iterations"; did you mean stages.*.iterations?`},
		{"optimizer=lbfgs", `optimizer: unknown key "optimizer"; did you mean stages.*.optimizer?`},
		{"lr=1", `lr: unknown key "lr"; did you mean stages.*.optimizer.lr?`},
		{"weight=1", `weight: unknown key "weight"; did you mean style.*.weight or losses.*.weight or stages.*.weights.*.weight?`},
		{"layers=[conv1_1]", `layers: unknown key "layers"; did you mean losses.style.layers?`},
		{"=3", `"=3" is not an override; write path=value, as in losses.tv.weight=5`},
		{"losses..weight=3", `"losses..weight=3" is not an override; write path=value, as in losses.tv.weight=5`},
		{"losses.tv.weight=", `losses.tv.weight: has no value; write losses.tv.weight=null for the default, or losses.tv.weight="" for an empty text`},
		{"sweep.metrics=eval/tv,eval/ssim", "sweep.metrics: cannot be swept; write [eval/tv,eval/ssim] for one list, or quotes around a text with a comma"},
		{"losses.tvv.weight=1", `losses.tvv.weight: unknown item "tvv"; did you mean "tv"? (known: style, tv); an override cannot create an item`},
		{"losses.2.weight=1", "losses.2.weight: the list has the items 0 to 1, and an override cannot create an item"},
		{"losses.-1.weight=1", "losses.-1.weight: the list has the items 0 to 1, and an override cannot create an item"},
		{"stages.2.iterations=1", "stages.2.iterations: the list has the items 0 to 1, and an override cannot create an item"},
		{"losses=[] losses.*.weight=1", "losses.*.weight: the list is empty, and an override cannot create an item"},
		{"losses.tv.wieght=1", `losses.tv.wieght: unknown key "wieght"; did you mean "weight"? (known: name, type, weight, normalize_gradients)`},
		{"seed.x=1", "seed: must be a whole number, not a mapping"},
		{"losses.tv.weight=heavy", `losses.tv.weight: must be a number, not the text "heavy"`},
		{"losses.tv.weight.x=1", `losses.tv.weight.x: 10 has no key "x"; replace it with a mapping`},
		{"seed=null", "seed: is not set, so there is nothing to remove"},
		{"backbone.pooling=null", "backbone.pooling: is not set, so there is nothing to remove"},
		{"losses.tv.weight=[1", "losses.tv.weight: not YAML: did not find expected ',' or ']'"},
		{"init={from: noise, from: style}", "init.from: written twice; remove one"},
		{"checkpoint.every=soon", `checkpoint.every: must be a time with its unit, as in 30s or 5m, not "soon"; 0s writes no checkpoints`},
		{"checkpoint.every=-1s", `checkpoint.every: must be a time with its unit`},
		{"checkpoint.every=true", `checkpoint.every: must be a time with its unit, as in 30s or 5m, not "true"`},
		{"stages.0.optimizer={name: momentum, lr: fast}", `stages[0].optimizer.lr: must be a number, not the text "fast"`},
		{"content=no.png", "content.image: no such file: "},
		{"losses.style.layers.0=conv9_9", `losses.style.layers[0]: unknown layer "conv9_9"`},
		{"stages.0={evaluations: 5, iterations: 5}", "stages[0]: give iterations or evaluations, not both; stages[0].iterations=null removes one"},
	} {
		t.Run(test.overrides, func(t *testing.T) {
			_, err := loader().Load(write(t, overridden), split(test.overrides))
			if err == nil {
				t.Fatal("loads")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant\n%s", err, test.want)
			}
		})
	}
}

// split splits at blanks before a path=value, not in YAML.
func split(overrides string) []string {
	var list []string
	for _, word := range strings.Split(overrides, " ") {
		if len(list) > 0 && !strings.Contains(word, "=") {
			list[len(list)-1] += " " + word
		} else {
			list = append(list, word)
		}
	}
	return list
}

// TestStylesOfThePreset: what a preset has for each style image is also that of images given
// on the command line.
func TestStylesOfThePreset(t *testing.T) {
	l := loader()
	l.Presets.(fstest.MapFS)["long.yaml"] = &fstest.MapFile{Data: []byte("extends: [d2l-gluon]\nstyle: [{size: long, crop: 0.5}]\n")}
	one := write(t, "extends: [long]\ncontent: photo.png\nstyle: painting.png\n")
	none := write(t, "extends: [long]\ncontent: photo.png\n")
	for _, c := range []struct {
		path      string
		overrides []string
		want      string // the sizes
	}{
		{one, []string{"style.1.image=photo.png"}, "long long"},
		{one, []string{"style.1.image=photo.png", "style.1.size=own"}, "long own"},
		{one, []string{"style=photo.png"}, "long"},
		{one, []string{"style=[photo.png, {image: painting.png, size: own}]"}, "long own"},
		{none, []string{"style.0.image=painting.png", "style.1.image=photo.png"}, "long long"},
		{none, []string{"style.0.size=own", "style.0.image=painting.png", "style.1.image=photo.png"}, "own long"},
	} {
		r, err := l.Load(c.path, c.overrides)
		if err != nil {
			t.Errorf("%v: %v", c.overrides, err)
			continue
		}
		var got []string
		for _, style := range r.Experiment.Style {
			got = append(got, style.Size)
			if style.Crop != 0.5 {
				t.Errorf("%v: crop %v", c.overrides, style.Crop)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: sizes %v, want %s", c.overrides, got, c.want)
		}
	}
}
