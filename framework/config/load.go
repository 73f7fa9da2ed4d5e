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
	Plugins framework.Plugins // the plugins that a config can name
	Presets fs.FS             // NAME.yaml for each preset; nil for none
	WorkDir string            // base of paths on the command line; "" is the process's working directory
	Absent  bool              // images that a config names need not be there
	Stdin   io.Reader         // read for the path "-"; if nil, "-" is the name of a file
}

// Load reads the experiment in the YAML file at path, or in Stdin, whose paths are
// relative to the working directory. It merges the experiment over what it extends,
// applies the overrides (`path=value`), and fills in all defaults.
//
// With a `sweep:` section, or several values for a path on the command line, the
// result has a Sweep, and Trial returns its trials. Not every combination of values is
// checked here; see Trials.
//
// The error is a Problems with everything wrong with the config, except what can only
// be found once another problem is fixed.
func (l *Loader) Load(path string, overrides []string) (*Resolved, error) {
	rep := &report{}
	root, written := l.tree(path, overrides, rep)
	if root == nil {
		return nil, rep.err()
	}
	expandImages(root, rep)
	section := root.get("sweep")
	root.drop("sweep")
	l.dropStaleOptions(root, reflect.TypeFor[framework.Experiment](), "")
	l.dropStaleOptions(section, reflect.TypeFor[sweepKeys](), "sweep")
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

// tree returns the tree of the whole config and the bytes of the file at path. The
// tree is nil after a problem that leaves nothing to check.
func (l *Loader) tree(path string, overrides []string, rep *report) (*node, []byte) {
	workDir, err := filepath.Abs(l.WorkDir)
	start := position{source: &source{name: path}}
	if err != nil {
		rep.add(start, "", "%v", err)
		return nil, nil
	}
	src := &source{name: commandLine, dir: workDir, base: "the working directory"}
	given := presetsGiven(overrides, src, rep)
	files := reader{presets: l.Presets, report: rep, cache: map[string]*node{}, given: given}
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
	root = root.clone() // nodes of a base that is extended twice are shared
	addLists(root)
	src.rank = files.sources + 1
	if err := given.override(root, position{source: src}); err != nil {
		rep.add(position{source: src}, presetPath, "%v", err)
	}
	var single []string
	for _, argument := range overrides {
		if l.override(root, argument, src, rep) {
			single = append(single, argument)
		}
	}
	for _, argument := range single {
		path, text, _ := strings.Cut(argument, "=")
		reportOverwritten(root, path, text, position{source: src}, rep)
	}
	return root, written
}
