package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"runexp/framework"
)

// A reader reads a file and what it extends.
type reader struct {
	presets fs.FS
	report  *report
	stack   []string // what is being read, outermost first
}

// file reads the YAML file at path, shown to the user as shown, and returns its
// tree merged over what it extends, and its bytes. The tree is nil after a
// problem that leaves nothing to look at.
func (r *reader) file(path, shown string, at position, key string) (*node, []byte) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		r.report.add(at, key, "%v", err)
		return nil, nil
	}
	data, err := readLimited(absolute)
	if err != nil {
		r.report.add(at, key, "cannot read %s: %v", shown, cause(err))
		return nil, nil
	}
	src := &source{name: shown, dir: filepath.Dir(absolute), base: "the folder of " + filepath.Base(shown)}
	return r.tree(src, absolute, data, at, key), data
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
	data, err := fs.ReadFile(r.presets, name+".yaml")
	if err != nil {
		r.report.add(at, key, "%v", err)
		return nil
	}
	return r.tree(&source{name: "preset " + name}, "preset "+name, data, at, key)
}

// tree parses data and merges it over what it extends. id tells sources apart.
func (r *reader) tree(src *source, id string, data []byte, at position, key string) *node {
	if slices.Contains(r.stack, id) {
		way := slices.Clone(r.stack)
		for i := range way {
			way[i] = filepath.Base(way[i])
		}
		r.report.add(at, key, "extends itself: %s → %s", strings.Join(way, " → "), filepath.Base(id))
		return nil
	}
	r.stack = append(r.stack, id)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()

	root := parse(src, data, r.report)
	if root == nil {
		return nil
	}
	if root.kind != mapping {
		r.report.add(root.position, "", "must be a mapping of keys to values, not %s", describe(root))
		return nil
	}
	expandShorthands(root)
	root.dropRepeated("", r.report)
	base, ok := r.bases(root)
	if !ok {
		return nil
	}
	return merge(base, root)
}

// bases takes `extends` out of root and returns the trees it names, merged, nil
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
		tree.drop("experiment") // runs of this file are not runs of that one
		base = merge(base, tree)
	}
	return base, ok
}

// base reads one entry of `extends`.
func (r *reader) base(name *node, path string) *node {
	ref := name.text()
	switch {
	case ref == "":
		r.report.add(name.position, path, "must be the name of a preset or a file, not %s", describe(name))
		return nil
	case !strings.ContainsRune(ref, '/') && filepath.Ext(ref) != ".yaml" && filepath.Ext(ref) != ".yml":
		return r.preset(ref, name.position, path)
	case name.source.dir == "":
		r.report.add(name.position, path, "a preset can extend presets only, not the file %s", ref)
		return nil
	}
	file, shown := ref, ref
	if !filepath.IsAbs(ref) {
		file = filepath.Join(name.source.dir, ref)
		shown = filepath.Join(filepath.Dir(name.source.name), ref)
	}
	tree, _ := r.file(file, shown, name.position, path)
	return tree
}

// merge lays over on top of base and returns the result; base may be nil.
// Mappings merge key by key, lists whose items all have names merge by name, and
// all else is replaced. A null takes what base has away, back to the default.
func merge(base, over *node) *node {
	if base == nil || base.kind != over.kind || base.kind == scalar {
		return over
	}
	merged := &node{position: over.position, kind: over.kind}
	if over.kind == mapping {
		merged.entries = slices.Clone(base.entries)
		for _, e := range over.entries {
			i := slices.IndexFunc(merged.entries, func(b entry) bool { return b.key == e.key })
			switch {
			case i < 0:
				merged.entries = append(merged.entries, e)
			case e.value.null():
				merged.entries = slices.Delete(merged.entries, i, i+1)
			default:
				e.value = merge(merged.entries[i].value, e.value)
				merged.entries[i] = e
			}
		}
		return merged
	}
	if !allNamed(base.items) || !allNamed(over.items) {
		return over
	}
	merged.items = slices.Clone(base.items)
	for _, item := range over.items {
		// Only base's items are matched: a name that over repeats stays repeated,
		// for validation to find.
		i := slices.IndexFunc(merged.items[:len(base.items)], func(b *node) bool { return itemName(b) == itemName(item) })
		if i < 0 || merged.items[i] != base.items[i] {
			merged.items = append(merged.items, item)
		} else {
			merged.items[i] = merge(merged.items[i], item)
		}
	}
	return merged
}

// allNamed reports whether there are items and each has a name.
func allNamed(items []*node) bool {
	return len(items) > 0 && !slices.ContainsFunc(items, func(n *node) bool { return itemName(n) == "" })
}

// readLimited reads a file no further than a config can be long.
func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read: nothing to lose
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// cause strips a path error down to its reason: the path is said already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
