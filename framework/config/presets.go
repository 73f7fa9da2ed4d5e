package config

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// presetPath is the path of a sweep over presets, each of which the config extends in a
// trial.
const presetPath = "extends"

// over returns the tree that settings are assigned in, the config over the preset that
// they name, and that preset, empty if there is none.
func (r *Resolved) over(settings []Setting, rep *report) (root, preset *node) {
	for _, s := range settings {
		if s.Path == presetPath && !s.node.null() {
			if preset := r.loader.preset(s.node, rep); preset != nil {
				own := r.base.clone()
				dropAddedLists(own)
				root := merge(preset, own).clone()
				r.loader.dropStaleOptions(root, reflect.TypeFor[framework.Experiment](), "")
				return root, preset
			}
		}
	}
	return r.base.clone(), &node{}
}

// sample returns the tree that paths of a sweep are checked in: over the first preset of a
// sweep over presets, which may have lists that the config itself does not have.
func (r *Resolved) sample(section *node) *node {
	if parameters := section.get("parameters"); parameters != nil {
		for _, p := range parameters.items {
			if values := p.get("values"); p.get("path").text() == presetPath && values != nil && len(values.items) > 0 {
				root, _ := r.over([]Setting{{Path: presetPath, node: values.items[0]}}, &report{})
				return root
			}
		}
	}
	return r.base.clone()
}

// preset returns the tree of the preset that n names, nil after a problem.
func (l *Loader) preset(n *node, rep *report) *node {
	if n.text() == "" {
		rep.add(n.position, presetPath, "must be the name of a preset, not %s", describe(n))
		return nil
	}
	if !isPreset(n.text()) {
		rep.add(n.position, presetPath, "%s is a file, and a sweep is over presets; compare files by a run of each under the same experiment=NAME", printable.Excerpt(n.text()))
		return nil
	}
	files := reader{presets: l.Presets, report: rep, cache: map[string]*node{}}
	tree := files.preset(n.text(), n.position, presetPath)
	if tree == nil {
		return nil
	}
	tree.drop("experiment") // the name is not inherited
	return tree
}

// givenPresets are the presets of `extends=…` on the command line, which replace those of the
// file: one to extend, or several to sweep over.
type givenPresets struct {
	names []*node
	swept bool
}

// presetsGiven returns the presets of the last `extends=…` among overrides, nil without any.
func presetsGiven(overrides []string, src *source, rep *report) *givenPresets {
	var given *givenPresets
	for _, argument := range overrides {
		path, text, _ := strings.Cut(argument, "=")
		if path != presetPath {
			continue
		}
		given = &givenPresets{}
		text = strings.TrimSpace(text)
		for _, name := range splitTop(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")) {
			if name = strings.TrimSpace(name); name == "null" || name == "" {
				continue
			}
			if !isPreset(name) {
				rep.add(position{source: src}, path, "%s is a file; presets can be named here, files in the config", printable.Excerpt(name))
				continue
			}
			given.names = append(given.names, &node{position: position{source: src}, value: name})
		}
		given.swept = len(given.names) > 1 && !strings.HasPrefix(text, "[")
	}
	return given
}

// swapPresets replaces the presets that the outermost file extends by those on the command
// line, and removes them if the sweep replaces them; files stay.
func (r *reader) swapPresets(root *node) {
	swept := func(p *node) bool { return p.get("path").text() == presetPath }
	parameters, has := root.find("sweep.parameters")
	has = has && slices.ContainsFunc(parameters.items, swept)
	if r.given == nil && !has {
		return
	}
	extends := root.get("extends")
	switch {
	case extends == nil:
		extends = &node{position: root.position, kind: list}
		root.set("extends", extends)
	case extends.kind == scalar:
		*extends = node{position: extends.position, kind: list, items: []*node{extends.clone()}}
	}
	extends.items = slices.DeleteFunc(extends.items, func(name *node) bool { return isPreset(name.text()) })
	if r.given == nil {
		return
	}
	removeSwept(root, presetPath)
	if !r.given.swept {
		extends.items = slices.Concat(r.given.names, extends.items)
	}
}

// override adds the sweep over several presets on the command line; the rest is done.
func (g *givenPresets) override(root *node, at position) error {
	if g == nil || !g.swept {
		return nil
	}
	parameter := &node{position: at, kind: mapping}
	parameter.set("path", &node{position: at, value: presetPath})
	parameter.set("values", &node{position: at, kind: list, items: g.names})
	return addParameter(root, parameter)
}

// isPreset reports whether an entry of `extends` names a preset, not a file.
func isPreset(ref string) bool {
	return !strings.ContainsRune(ref, '/') && filepath.Ext(ref) != ".yaml" && filepath.Ext(ref) != ".yml"
}

// preset returns the name of a preset, as "preset standard", that a node of the tree is from;
// "" if there is none.
func (n *node) preset() string {
	if n.source != nil && strings.HasPrefix(n.source.name, presetSource) {
		return n.source.name
	}
	for _, e := range n.entries {
		if name := e.value.preset(); name != "" {
			return name
		}
	}
	for _, item := range n.items {
		if name := item.preset(); name != "" {
			return name
		}
	}
	return ""
}

// presetSource begins the names of sources that are presets.
const presetSource = "preset "
