// Package configs embeds the presets, the quickstart and the config of runexp new.
package configs

import (
	"bytes"
	"embed"
	"io/fs"
	"text/template"
)

//go:embed presets/*.yaml
var presets embed.FS

// Presets returns the presets that a config can extend by name: d2l-gluon is the
// file d2l-gluon.yaml.
func Presets() fs.FS {
	files, err := fs.Sub(presets, "presets")
	if err != nil {
		panic(err) // "presets" is a valid path
	}
	return files
}

// QuickstartFile is the name of the config in Quickstart.
const QuickstartFile = "quickstart.yaml"

//go:embed quickstart.yaml images
var quickstart embed.FS

// Quickstart returns a self-contained experiment, with more images to try.
func Quickstart() fs.FS { return quickstart }

//go:embed advice.json
var advice []byte

// Advice is what runexp advise knows without a sweep of one's own: a JSON list of advice.Evidence,
// by tools/advice.
func Advice() []byte { return bytes.Clone(advice) }

// New is the content of a config of one's own images. Texts are YAML on one line, "" for
// settings that are left as comments.
type New struct {
	Title   string // a line of a comment
	Run     string // the command that runs the config
	Content string
	Styles  []string
	Preset  string

	Backbone, Size, Strength, Time string
}

//go:embed new.tmpl
var newConfig string

// Text returns the config. Every line of it that is a commented setting is valid without
// the comment sign.
func (n New) Text() ([]byte, error) {
	page, err := template.New("new").Parse(newConfig)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = page.Execute(&text, n)
	return text.Bytes(), err
}
