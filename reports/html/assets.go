package html

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
)

//go:embed *.tmpl *.css *.js
var assets embed.FS

// Assets are the style sheets and scripts by name, for a server of them.
func Assets() fs.FS { return assets }

// Templates returns a new set of the templates that the file and the server share, to which a caller
// may add its own. They are:
//
//	"sections"  of a []document.Section
//	"grid"      of a document.Grid
//	"curve"     of a Curve
//
// Their functions: data and dataset (the data URL of a document.File, for src and for srcset), numeric (the rows of a document.Table), isolate
// (one of our sentences, escaped; names that are read from right to left keep to themselves).
func Templates() *template.Template {
	functions := template.FuncMap{"data": data, "dataset": dataset, "numeric": numeric, "isolate": isolate}
	return template.Must(template.New("").Funcs(functions).ParseFS(assets, "*.tmpl"))
}

// Style returns the style sheet of all pages.
func Style() string { return read("style.css") + read("curve.css") + read("grid.css") }

// GridScripts are the scripts of a page with the template "grid", in the order in which they are to be run.
func GridScripts() []string {
	return []string{"pictures.js", "help.js", "cells.js", "viewer.js", "gridstate.js", "gridorder.js", "gridbar.js", "grid.js", "scatter.js", "start.js"}
}

// Script returns scripts one after the other. "pointer.js" is that of the template "curve"; see
// GridScripts for the others.
func Script(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(read(name))
	}
	return b.String()
}

// Hash returns what a Content-Security-Policy allows an inline script by.
func Hash(script string) string {
	sum := sha256.Sum256([]byte(script))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// read returns an embedded file. A name that is not one is a mistake of ours.
func read(name string) string {
	data, err := assets.ReadFile(name)
	if err != nil {
		panic(fmt.Sprintf("html: %v", err))
	}
	return string(data)
}
