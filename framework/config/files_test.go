package config_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework/config"
)

// TestFilesOfPlugins: a plugin's option that is tagged as a file is a path like any
// other: relative to its config, checked by Load, and listed by Files.
func TestFilesOfPlugins(t *testing.T) {
	const text = `
content: photo.png
style: painting.png
losses: [{type: sampled, layers: [conv2_1], mask: painting.png}]
`
	path := write(t, text)
	dir := filepath.Dir(path)
	files := func(overrides ...string) []config.File { return load(t, path, overrides...).Files() }

	want := []config.File{
		{Path: "content.image", Name: filepath.Join(dir, "photo.png")},
		{Path: "style[0].image", Name: filepath.Join(dir, "painting.png")},
		{Path: "losses.sampled.mask", Name: filepath.Join(dir, "painting.png")},
	}
	if got := files(); !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	if got := files("losses.sampled.mask=" + filepath.Join(dir, "photo.png")); got[2].Name != filepath.Join(dir, "photo.png") {
		t.Errorf("on the command line: %v", got[2])
	}
	if got := files("losses.sampled.mask=null"); len(got) != 2 {
		t.Errorf("without a mask: %v", got)
	}
	if got := files("init={from: image, image: photo.png}"); len(got) != 4 || got[3].Path != "init.image" {
		t.Errorf("with an image to start from: %v", got)
	}
	for name, c := range map[string]struct{ text, want string }{
		"missing": {strings.Replace(text, "mask: painting.png", "mask: nosuch.png", 1), "losses.sampled.mask: no such file: "},
		"preset":  {"extends: d2l-gluon\n" + text, ""},
		"folder":  {strings.Replace(text, "mask: painting.png", "mask: .", 1), "losses.sampled.mask: not a regular file: "},
	} {
		_, err := loader().Load(write(t, c.text), nil)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	// The values of a sweep are paths too.
	swept := load(t, path, "losses.sampled.mask=photo.png,painting.png")
	for _, level := range swept.Sweep.Parameters[0].Levels {
		if value, _ := level.Settings[0].Value.(string); !filepath.IsAbs(value) {
			t.Errorf("the level %s is %q, want an absolute path", level.Label, value)
		}
	}
}
