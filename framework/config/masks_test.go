package config_test

import (
	"strings"
	"testing"

	"runexp/framework/config"
)

// TestMasks: valid and invalid masks.
func TestMasks(t *testing.T) {
	const start, losses = "content: {image: photo.png, masks: [%s]}\nstyle: [{image: painting.png, masks: [%s]}]\n", "losses: [{type: regional}]\n"
	const sky, land = "{name: sky, image: photo.png}", "{name: land, image: painting.png}"
	for name, c := range map[string]struct{ content, style, losses, want string }{
		"as it should be":                    {sky + ", " + land, sky, losses, ""},
		"none":                               {"", "", "losses: [{type: tv}]\n", ""},
		"no loss reads them":                 {sky, sky, "losses: [{type: tv}]\n", "content.masks: no loss here uses masks"},
		"a region of the style":              {sky, land, losses, `style[0].masks.land.name: the content image has no region "land"`},
		"twice":                              {sky + ", {name: sky, image: painting.png}", "", losses, `"sky" has two masks here`},
		"a name":                             {"{name: The Sky, image: photo.png}", "", losses, `"The Sky" must be lower-case letters`},
		"no file":                            {"{name: sky}", "", losses, "content.masks.sky.image: needs the file of a mask"},
		"of a whole style image":             {sky + ", " + land, "]}, {image: painting.png, region: land}, {image: photo.png, region: sky, masks: [", losses, ""},
		"of another whole style image":       {sky, "]}, {image: painting.png, region: skies, masks: [", losses, `style[1].region: unknown region "skies" (known: sky); it must be the name of a mask in content.masks`},
		"of a whole one beside masks":        {sky, "]}, {image: painting.png, region: sky, masks: [" + sky, losses, "style[1].region: is of a whole style image, and this one has masks"},
		"of a whole one without any regions": {"", "]}, {image: painting.png, region: sky, masks: [", "losses: [{type: tv}]\n", `style[1].region: the content image has no regions; add a mask called "sky" to content.masks`},
		"a missing file":                     {"{name: sky, image: nosuch.png}", "", losses, "content.masks.sky.image: no such file"},
	} {
		text := strings.Replace(strings.Replace(start, "%s", c.content, 1), "%s", c.style, 1) + c.losses
		_, err := loader().Load(write(t, text), nil)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// masks: auto is short for a number of regions; without one the key is left out, and so of a
// trial's identity.
func TestAutoMasks(t *testing.T) {
	const images = "content: photo.png\nstyle: painting.png\n"
	load := func(text string, overrides ...string) (*config.Resolved, error) {
		return loader().Load(write(t, text), overrides)
	}
	for name, c := range map[string]struct {
		masks     string
		overrides []string
		want      int
	}{
		"none":         {"", nil, 0},
		"auto":         {"masks: auto", nil, 3},
		"a number":     {"masks: {auto: 5}", nil, 5},
		"zero":         {"masks: {auto: 0}", nil, 0},
		"overridden":   {"", []string{"masks=auto"}, 3},
		"another":      {"masks: auto", []string{"masks.auto=2"}, 2},
		"none instead": {"masks: auto", []string{"masks=null"}, 0},
	} {
		r, err := load(images+"losses: [{type: regional}]\n"+c.masks, c.overrides...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text, err := r.YAML()
		if got := r.Experiment.Masks.Auto; err != nil || got != c.want || strings.Contains(string(text), "auto:") != (c.want > 0) {
			t.Errorf("%s: %d regions, want %d; %v in\n%s", name, got, c.want, err, text)
		}
	}
	for text, want := range map[string]string{
		images + "losses: [{type: regional}]\nmasks: {auto: 1}":                                                                                 "masks.auto: must be a number of regions from 2 to 8, or 0 for none, not 1",
		images + "losses: [{type: regional}]\nmasks: {auto: 9}":                                                                                 "masks.auto: must be a number of regions from 2 to 8",
		images + "losses: [{type: regional}]\nmasks: {auto: -2}":                                                                                "masks.auto: must be a number of regions from 2 to 8",
		images + "losses: [{type: regional}]\nmasks: {auto: auto}":                                                                              "masks.auto: must be a whole number",
		images + "losses: [{type: regional}]\nmasks: sky.png":                                                                                   "masks: must be auto, or a mapping (keys: auto) (drawn masks are in content.masks and style[i].masks)",
		images + "losses: [{type: regional}]\nmasks: []":                                                                                        "masks: must be auto, or a mapping",
		images + "losses: [{type: tv}]\nmasks: auto":                                                                                            "masks: no loss here uses masks, so they have no effect",
		"style: painting.png\nlosses: [{type: regional}]\ninit: {from: noise}\nmasks: auto":                                                     "needs the file of the content image, for masks",
		"content: photo.png\nstyle: [{image: painting.png, masks: [{name: sky, image: photo.png}]}]\nlosses: [{type: regional}]\nmasks: auto\n": "style[0].masks.sky.name: the content image has no region \"sky\"",
	} {
		if _, err := load(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
