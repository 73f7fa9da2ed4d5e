package config_test

import (
	"strings"
	"testing"
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
