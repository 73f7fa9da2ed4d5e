package config

import (
	"io"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"

	"runexp/framework"
)

// A Loader loads experiments.
type Loader struct {
	Plugins framework.Plugins // what a config can name
	Presets fs.FS             // NAME.yaml for each preset; nil for none
	WorkDir string            // what paths on the command line are relative to; "" for the process's
	Stdin   io.Reader         // what Load reads for the path "-"; nil: that is a file's name
}

// Load reads the experiment in the YAML file at path, or in Stdin, whose paths are
// relative to the working directory, and lays it over what it
// extends, then the overrides (`path=value`) over that, and fills in every default.
//
// With a `sweep:` section, or several values for a path on the command line, the
// result has a Sweep, and Trial makes its runs. Not every combination of values is
// checked here; see Trials.
//
// The error is a Problems that holds everything wrong with the config, but for
// what can only be seen once a problem is solved.
func (l *Loader) Load(path string, overrides []string) (*Resolved, error) {
	rep := &report{}
	root, written := l.tree(path, overrides, rep)
	if root == nil {
		return nil, rep.err()
	}
	expandPictures(root, rep)
	section := root.get("sweep")
	root.drop("sweep")
	l.dropLeftOver(root, reflect.TypeFor[framework.Experiment](), "")
	l.dropLeftOver(section, reflect.TypeFor[sweepKeys](), "sweep")
	l.resolvePaths(root, rep)
	r := &Resolved{Written: written, Overrides: overrides, loader: l, path: path, base: root}
	if section == nil || section.null() {
		r.Experiment = l.experiment(root.clone(), path, rep)
	} else {
		r.addSweep(section, rep)
	}
	if err := rep.err(); err != nil {
		return nil, err
	}
	return r, nil
}

// tree returns the tree of the whole config and the bytes of the file at path.
// The tree is nil if there is none to look at.
func (l *Loader) tree(path string, overrides []string, rep *report) (*node, []byte) {
	workDir, err := filepath.Abs(l.WorkDir)
	start := position{source: &source{name: path}}
	if err != nil {
		rep.add(start, "", "%v", err)
		return nil, nil
	}
	files := reader{presets: l.Presets, report: rep, done: map[string]*node{}}
	var written []byte
	var root *node
	if path == standardInput && l.Stdin != nil {
		root, written = files.stdin(l.Stdin, workDir)
	} else {
		root, written = files.file(path, path, start, "")
	}
	if root == nil {
		return nil, nil
	}
	root = root.clone() // what was extended twice is in it once for each
	addLists(root)
	src := &source{name: commandLine, dir: workDir, base: "the working directory", rank: files.ranked + 1}
	var single []string
	for _, argument := range overrides {
		if l.override(root, argument, src, rep) {
			single = append(single, argument)
		}
	}
	for _, argument := range single {
		path, text, _ := strings.Cut(argument, "=")
		withoutEffect(root, path, text, position{source: src}, rep)
	}
	return root, written
}
