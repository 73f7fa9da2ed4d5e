package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"runexp/framework/imaging"
)

// Every look of the page has its picture, which loads fast.
func TestPage(t *testing.T) {
	const largest = 80_000 // bytes
	text, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	_, looks, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, l := range looks {
		path := filepath.Join("../../docs", l.picture)
		if _, err := imaging.Decode(path); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(path); err == nil && info.Size() > largest {
			t.Errorf("%s has %d bytes, more than %d", path, info.Size(), largest)
		}
		shown[filepath.Base(path)] = true
	}
	files, err := filepath.Glob("../../docs/looks/*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !shown[filepath.Base(file)] {
			t.Errorf("%s is not on the page", file)
		}
	}
}

func TestParse(t *testing.T) {
	text := `# Looks

    bin/runexp new a.jpg b.jpg

## Bold

    bin/runexp -c a-b.yaml strength=0.8   # bold
    bin/runexp -c a-b.yaml \
      'style.0.masks=[{name: sky, image: c.png}]' seed=2

![neutral; bold; masks](looks/bold.jpg)
`
	setup, looks, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]string{{"bin/runexp", "new", "a.jpg", "b.jpg"}}; !reflect.DeepEqual(setup, want) {
		t.Errorf("setup %q, want %q", setup, want)
	}
	want := []look{{"looks/bold.jpg", []string{"neutral", "bold", "masks"}, [][]string{
		{"bin/runexp", "-c", "a-b.yaml", "strength=0.8"},
		{"bin/runexp", "-c", "a-b.yaml", "style.0.masks=[{name: sky, image: c.png}]", "seed=2"},
	}}}
	if !reflect.DeepEqual(looks, want) {
		t.Errorf("looks %q, want %q", looks, want)
	}
	for cut, message := range map[string]string{
		"; masks":                         "2 captions",
		"![neutral; bold; masks]":         "0 pictures",
		" strength=0.8   # bold":          "no run of the section's config",
		text[strings.Index(text, "## "):]: "no sections",
	} {
		if _, _, err := parse(strings.Replace(text, cut, "", 1)); err == nil || !strings.Contains(err.Error(), message) {
			t.Errorf("without %q: %v, want %q", cut, err, message)
		}
	}
}
