package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOperations(t *testing.T) {
	const package1 = "// Package graph is.\n//\n// # Broadcasting\n//\n// The rule.\npackage graph\n\ntype Node int\ntype Builder struct{}\n\n"
	const shapes = "// Shapes: [A B] → [B]\n"
	for name, c := range map[string]struct{ code, want, problem string }{
		"an operation": {package1 + "// Fold folds |x|.\n//\n" + shapes + "func (b *Builder) Fold(x Node, axes ...int) Node { return x }\n",
			"| `Fold(x, axes…)` | [A B] → [B] | Fold folds \\|x\\|. |\n", ""},
		"two results":  {package1 + "// Sort sorts.\n//\n" + shapes + "func (b *Builder) Sort(x Node) (y, z Node) { return x, x }\n", "`Sort(x)`", ""},
		"no operation": {package1 + "// Err is an error.\nfunc (b *Builder) Err() error { return nil }\n", "The rule.", ""},
		"no shapes":    {package1 + "// Fold folds.\nfunc (b *Builder) Fold(x Node) Node { return x }\n", "", "Fold: its comment has no line"},
		"no rule":      {"package graph\n", "", "no section Broadcasting"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "graph.go"), []byte(c.code), 0o600); err != nil {
				t.Fatal(err)
			}
			page, err := operations(folder)
			if c.problem == "" && (err != nil || !strings.Contains(string(page), c.want)) {
				t.Errorf("error %v, page\n%s", err, page)
			}
			if c.problem != "" && (err == nil || !strings.Contains(err.Error(), c.problem)) {
				t.Errorf("error %v, want one that says %q", err, c.problem)
			}
		})
	}
	if _, err := operations(t.TempDir()); err == nil || !strings.Contains(err.Error(), "root of the module") {
		t.Errorf("error %v of a folder without code", err)
	}
}
