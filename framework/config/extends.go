package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/internal/homedir"
	"runexp/internal/printable"
)

// maxBases is the maximum number of presets and files that a config extends, directly
// or indirectly, counted each time they are named.
const maxBases = 1000

// A reader reads a file and the files that it extends, each once.
type reader struct {
	presets   fs.FS
	report    *report
	stack     []string         // ids of sources being read, outermost first
	cache     map[string]*node // sources merged over their bases; nil after a problem
	baseCount int              // bases so far
	sources   int              // sources so far
	given     *givenPresets    // on the command line; nil for none
}

// file reads the YAML file at path, called shown in messages, and returns its tree
// merged over its bases, and its bytes. The tree is nil after a problem that leaves
// nothing to check.
func (r *reader) file(path, shown string, at position, key string) (*node, []byte) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		r.report.add(at, key, "%v", err)
		return nil, nil
	}
	if tree, read := r.cache[absolute]; read {
		return tree, nil
	}
	id := absolute
	if real, err := filepath.EvalSymlinks(absolute); err == nil {
		id = real // a symbolic link must not hide a cycle
	}
	if r.inCycle(id, at, key) {
		return nil, nil
	}
	data, err := readLimited(absolute)
	if err != nil {
		hint := ""
		if near := NearestFile(absolute, ".yaml", ".yml"); near != "" && errors.Is(err, fs.ErrNotExist) {
			hint = fmt.Sprintf("; did you mean %s?", printable.Text(filepath.Join(filepath.Dir(shown), near)))
		}
		what := "cannot read " + printable.Excerpt(shown) + ": "
		if key == "" {
			what = "" // the place is the file itself
		}
		r.report.add(at, key, "%s%v%s", what, cause(err), hint)
		return nil, nil
	}
	src := &source{name: shown, dir: filepath.Dir(absolute), base: "the folder of " + filepath.Base(shown)}
	tree := r.tree(src, id, data)
	r.cache[absolute] = tree
	return tree, data
}

// NearestFile returns the file in path's folder with one of these endings and the most
// similar name, "" if none is similar.
func NearestFile(path string, endings ...string) string {
	files, _ := os.ReadDir(filepath.Dir(path)) // nil if there is no such folder
	var names []string
	for _, file := range files {
		if slices.Contains(endings, strings.ToLower(filepath.Ext(file.Name()))) {
			names = append(names, file.Name())
		}
	}
	return framework.Nearest(filepath.Base(path), names)
}

// standardInput is the path that stands for standard input, and stdinName the default
// name of an experiment read from it.
const (
	standardInput = "-"
	stdinName     = "stdin"
)

// stdin is file for standard input.
func (r *reader) stdin(in io.Reader, workDir string) (*node, []byte) {
	src := &source{name: "standard input", dir: workDir, base: "the working directory"}
	data, err := io.ReadAll(io.LimitReader(in, maxBytes+1))
	if err != nil {
		r.report.add(position{source: src}, "", "cannot be read: %v", cause(err))
		return nil, nil
	}
	return r.tree(src, standardInput, data), data
}

// inCycle reports a problem, and returns true, if the source is already being read.
func (r *reader) inCycle(id string, at position, key string) bool {
	if !slices.Contains(r.stack, id) {
		return false
	}
	chain := slices.Clone(r.stack)
	for i := range chain {
		chain[i] = filepath.Base(chain[i])
	}
	r.report.add(at, key, "extends itself: %s → %s", strings.Join(chain[max(0, len(chain)-9):], " → "), filepath.Base(id))
	return true
}

// preset reads the preset called name.
func (r *reader) preset(name string, at position, key string) *node {
	var known []string
	if r.presets != nil {
		files, _ := fs.Glob(r.presets, "*.yaml")
		for _, file := range files {
			known = append(known, strings.TrimSuffix(file, ".yaml"))
		}
	}
	if !slices.Contains(known, name) {
		r.report.add(at, key, "%v; a file is written with its .yaml", framework.UnknownName("preset", name, known))
		return nil
	}
	id := presetSource + name
	if tree, read := r.cache[id]; read {
		return tree
	}
	if r.inCycle(id, at, key) {
		return nil
	}
	data, err := fs.ReadFile(r.presets, name+".yaml")
	if err != nil {
		r.report.add(at, key, "%v", err)
		return nil
	}
	r.cache[id] = r.tree(&source{name: id}, id, data)
	return r.cache[id]
}

// notConfig reports a file without any key of a config. Only the first key is shown,
// since the file could be any readable one, such as /etc/shadow.
func (r *reader) notConfig(root *node) bool {
	if len(root.entries) < 2 {
		return false
	}
	var known []string
	keys, _ := fields(reflect.TypeFor[framework.Experiment]())
	for _, f := range keys {
		known = append(known, f.key)
	}
	known = append(known, "extends", "sweep")
	for _, e := range root.entries {
		if e.key == "<<" || slices.ContainsFunc(known, func(key string) bool { return strings.EqualFold(key, e.key) }) {
			return false
		}
	}
	first := root.entries[0]
	r.report.add(first.position, "", "%v, and so are all %d keys after it: this is not a config", framework.UnknownName("key", first.key, known), len(root.entries)-1)
	return true
}

// tree parses data and merges it over its bases. id identifies the source.
func (r *reader) tree(src *source, id string, data []byte) *node {
	r.stack = append(r.stack, id)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()

	root := parse(src, data, r.report)
	if root == nil || r.notConfig(root) {
		return nil
	}
	if root.kind != mapping {
		r.report.add(root.position, "", "must be a mapping of keys to values, not %s", root.kindName()) // without its text: it could be any file
		return nil
	}
	expandShorthands(root)
	root.dropRepeated("", r.report)
	if len(r.stack) == 1 {
		r.swapPresets(root)
	}
	base, ok := r.bases(root)
	if !ok {
		return nil
	}
	r.sources++
	src.rank = r.sources
	merged := merge(base, root)
	if merged.size() > maxValues {
		r.report.add(root.position, "", "more than %d values together with what it extends: this is not a config", maxValues)
		return nil
	}
	return merged
}

// bases removes `extends` from root and returns the trees that it names, merged, nil
// if there are none.
func (r *reader) bases(root *node) (base *node, ok bool) {
	extends := root.get("extends")
	root.drop("extends")
	if extends == nil {
		return nil, true
	}
	names, paths := extends.items, extends.itemPaths("extends")
	if extends.kind == scalar {
		names, paths = []*node{extends}, []string{"extends"}
	}
	ok = extends.kind != mapping
	if !ok {
		r.report.add(extends.position, "extends", "must be a list of presets and files, not %s", describe(extends))
	}
	for i, name := range names {
		tree := r.base(name, paths[i])
		if tree == nil {
			ok = false
			continue
		}
		own := *tree // the tree is shared with others that extend it
		own.entries = slices.Clone(tree.entries)
		own.drop("experiment") // the name is not inherited
		if base = merge(base, &own); base.size() > maxValues {
			r.report.add(name.position, paths[i], "more than %d values together with the others: this is not a config", maxValues)
			return nil, false
		}
	}
	if style := base.get("style"); style != nil && style.stylePattern() != nil {
		inherited := *style
		inherited.pattern = style.stylePattern().clone() // overrides change the item
		base.set("style", &inherited)
	}
	return base, ok
}

// base reads one entry of `extends`.
func (r *reader) base(name *node, path string) *node {
	ref := name.text()
	if r.baseCount++; r.baseCount > maxBases {
		if r.baseCount == maxBases+1 {
			r.report.add(name.position, path, "extends more than %d presets and files in total", maxBases)
		}
		return nil
	}
	switch {
	case ref == "":
		r.report.add(name.position, path, "must be the name of a preset or a file, not %s", describe(name))
		return nil
	case isPreset(ref):
		return r.preset(ref, name.position, path)
	case name.source.dir == "":
		r.report.add(name.position, path, "a preset can extend presets only, not the file %s", printable.Excerpt(ref))
		return nil
	}
	file, err := homedir.Expand(ref)
	if err != nil {
		r.report.add(name.position, path, "%v", err)
		return nil
	}
	shown := ref
	if ref = file; !filepath.IsAbs(ref) {
		file = filepath.Join(name.source.dir, ref)
		shown = filepath.Join(filepath.Dir(name.source.name), ref)
	}
	tree, _ := r.file(file, shown, name.position, path)
	return tree
}

// merge merges over into base and returns the result; base may be nil. Mappings merge
// key by key, lists whose items all have names merge by name, and everything else is
// replaced. A null removes a key of base, which restores its default.
func merge(base, over *node) *node {
	if base == nil || base.kind != over.kind || base.kind == scalar {
		return over
	}
	merged := &node{position: over.position, kind: over.kind}
	if over.kind == mapping {
		merged.entries = mergeEntries(base.entries, over.entries)
		return merged
	}
	if !allNamed(base.items) || !allNamed(over.items) {
		return over
	}
	merged.items = slices.Clone(base.items)
	// Each item of base is matched once: a name repeated in over stays repeated, for
	// validation to report.
	first := map[string]int{}
	for i, item := range slices.Backward(base.items) {
		first[itemName(item)] = i
	}
	for _, item := range over.items {
		name := itemName(item)
		if i, ok := first[name]; ok {
			merged.items[i] = merge(base.items[i], item)
			delete(first, name)
		} else {
			merged.items = append(merged.items, item)
		}
	}
	return merged
}

// mergeEntries is merge of two mappings.
func mergeEntries(base, over []entry) []entry {
	merged := slices.Clone(base)
	at := make(map[string]int, len(base))
	for i, e := range base {
		at[e.key] = i
	}
	removed := map[string]bool{}
	for _, e := range over {
		i, there := at[e.key]
		switch {
		case !there:
			merged = append(merged, e)
		case e.value.null():
			removed[e.key] = true
		default:
			if e.key == "style" {
				e.value = fillStyles(merged[i].value, e.value)
			}
			e.value = merge(merged[i].value, e.value)
			merged[i] = e
		}
	}
	return slices.DeleteFunc(merged, func(e entry) bool { return removed[e.key] })
}

// fillStyles returns the style images in over with what they leave out from the pattern of
// base.
func fillStyles(base, over *node) *node {
	pattern := base.stylePattern()
	if pattern == nil || over.kind != list {
		return over
	}
	filled := *over
	filled.pattern, filled.items = pattern, nil
	for _, item := range over.items {
		filled.items = append(filled.items, merge(pattern, item))
	}
	return &filled
}

// stylePattern returns what each style image has by the presets and files that are extended,
// the only item of their list, if that has no image; nil if there is nothing.
func (n *node) stylePattern() *node {
	if n.pattern == nil && n.kind == list && len(n.items) == 1 && n.items[0].kind == mapping && n.items[0].get("image") == nil {
		return n.items[0]
	}
	return n.pattern
}

// allNamed reports whether items is not empty and all items have a name.
func allNamed(items []*node) bool {
	return len(items) > 0 && !slices.ContainsFunc(items, func(n *node) bool { return itemName(n) == "" })
}

// readLimited reads a file up to one byte more than maxBytes.
func readLimited(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() && !info.IsDir() { // reading a pipe could block
		return nil, errors.New("not a regular file; runexp -c - reads standard input")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading: an error loses nothing
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// cause returns the reason of a path error; messages name the path themselves.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
