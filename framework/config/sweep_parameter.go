package config

import (
	"fmt"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/sizes"
	"runexp/internal/printable"
)

// maxLevels is the maximum number of values of a parameter.
const maxLevels = 1000

// parameter reads one parameter.
func (r *sweepReader) parameter(i int, keys parameterKeys) Parameter {
	at := indexed("parameters", i)
	n := r.section.get("parameters").items[i]
	if n.kind != mapping {
		return Parameter{}
	}
	var forms []string
	for _, key := range []string{"values", "min", "glob", "zip"} {
		if n.get(key) != nil || key == "min" && n.get("max") != nil {
			forms = append(forms, map[string]string{"min": "min and max"}[key])
			if key != "min" {
				forms[len(forms)-1] = key
			}
		}
	}
	if len(forms) != 1 {
		got := "nothing"
		if len(forms) > 0 {
			got = strings.Join(forms, " and ")
		}
		r.add(at, "needs one of values, min and max, glob and zip, not %s", got)
		return Parameter{}
	}
	r.misplaced(at, n, forms[0])
	var p Parameter
	switch forms[0] {
	case "zip":
		p = r.zip(at, keys)
	case "values":
		if r.swept(at, keys.Path) {
			p = Parameter{Paths: []string{keys.Path}, Levels: levels(r.values(at, keys.Path, keys.Values))}
		}
	case "glob":
		if r.swept(at, keys.Path) {
			p = Parameter{Paths: []string{keys.Path}, Levels: levels(r.glob(at, keys))}
		}
	default:
		if r.swept(at, keys.Path) {
			p = r.rangeParameter(at, n, keys)
		}
	}
	r.label(at, n, keys.Labels, &p)
	return p
}

// misplaced reports keys that have no effect in this form of parameter.
func (r *sweepReader) misplaced(at string, n *node, form string) {
	for key, owner := range map[string]string{"distribution": "min and max", "steps": "min and max"} {
		if n.get(key) != nil && form != owner {
			r.add(join(at, key), "only applies to %s; this parameter has %s", owner, form)
		}
	}
	if form == "zip" && n.get("path") != nil {
		r.add(join(at, "path"), "belongs in each item of zip; remove this one")
	}
}

// swept reports whether path, which the parameter at at gives, can be swept.
func (r *sweepReader) swept(at, path string) bool {
	key := join(at, "path")
	segs := segments(path)
	switch {
	case path == "":
		r.add(key, "needs the key path that varies, as in losses.style.weight")
		return false
	case slices.Contains(segs, ""):
		r.add(key, "%s is not a key path; write it as in losses.style.weight", quote(path))
		return false
	}
	why := map[string]string{
		"experiment": "names all trials of a sweep",
		"seed":       "is varied by sweep.repeats; write repeats: N under sweep instead",
		"checkpoint": "does not change the picture",
		"output":     "does not change the picture",
		"evaluate":   "must be the same for all trials, or they cannot be compared",
		"sweep":      "cannot be swept itself",
	}[segs[0]]
	if why != "" {
		r.add(key, "%s %s", printable.Excerpt(segs[0]), why)
	}
	return why == ""
}

// zip reads paths that vary together.
func (r *sweepReader) zip(at string, keys parameterKeys) Parameter {
	var p Parameter
	if len(keys.Zip) == 0 {
		r.add(join(at, "zip"), "needs items of path and values")
	}
	for k, item := range keys.Zip {
		itemAt := join(at, indexed("zip", k))
		if !r.swept(itemAt, item.Path) {
			continue
		}
		settings := r.values(itemAt, item.Path, item.Values)
		if len(p.Paths) > 0 && len(settings) > 0 && len(item.Values) != len(keys.Zip[0].Values) {
			r.add(join(itemAt, "values"), "has %s and zip[0] %d; paths that vary together need equally many", sizes.Count(len(item.Values), "value"), len(keys.Zip[0].Values))
			continue
		}
		p.Paths = append(p.Paths, item.Path)
		if len(p.Paths) == 1 {
			p.Levels = levels(settings)
			continue
		}
		for i := range min(len(settings), len(p.Levels)) {
			p.Levels[i].Settings = append(p.Levels[i].Settings, settings[i])
		}
	}
	return p
}

// levels returns a level for each setting.
func levels(settings []Setting) []Level {
	all := make([]Level, len(settings))
	for i, s := range settings {
		all[i].Settings = []Setting{s}
	}
	return all
}

// values returns a setting of path for each value.
func (r *sweepReader) values(at, path string, values []*node) []Setting {
	if at := join(at, "values"); len(values) == 0 && r.written(at) {
		r.add(at, "needs at least one value")
	} else if len(values) == 0 {
		r.add(strings.TrimSuffix(at, ".values"), "needs values")
	}
	if len(values) > maxLevels {
		r.add(join(at, "values"), "has %d values, more than %d%s", len(values), maxLevels, r.samplerHint("draws from min and max"))
		return nil
	}
	var settings []Setting
	for _, value := range values {
		s, ok := r.setting(at, path, value)
		if !ok {
			return nil
		}
		settings = append(settings, s)
	}
	return settings
}

// setting returns the setting of path to a value, with absolute paths of files and
// expanded short forms. It is false after a problem with path, which would be the same
// for every other value.
func (r *sweepReader) setting(at, path string, value *node) (Setting, bool) {
	key, _ := r.section.find(join(at, "path"))
	if value.null() {
		return newSetting(path, value, key.position), true
	}
	if path == presetPath {
		before := len(r.report.problems)
		if other := r.own.preset(); other != "" {
			r.add(join(at, "path"), "extends is swept, but the config has keys of the %s through another file, which would mix with each of them; extend files without a preset here", other)
			return Setting{}, false
		}
		r.loader.preset(value, r.report)
		return newSetting(path, value, key.position), len(r.report.problems) == before
	}
	value.dropRepeated(path, r.report)
	root := r.base.clone()
	if err := assign(root, segments(path), value); err != nil {
		r.add(join(at, "path"), "%s: %v", path, err)
		return Setting{}, false
	}
	expandShorthands(root)
	r.loader.resolvePaths(root, r.report)
	if n := root.first(segments(path)); n != nil {
		value = n
	}
	return newSetting(path, value, key.position), true
}

// first returns the node at segs, taking the first item for *, or nil.
func (n *node) first(segs []string) *node {
	for _, segment := range segs {
		if segment == "*" && n.kind == list && len(n.items) > 0 {
			segment = "0"
		}
		next, ok := n.find(segment)
		if !ok {
			return nil
		}
		n = next
	}
	return n
}

// glob returns a setting for every matching layer of the backbone: the layer, or a list
// of it if path is a list of layers.
func (r *sweepReader) glob(at string, keys parameterKeys) []Setting {
	key := join(at, "glob")
	layers, name := r.layers()
	if layers == nil {
		return nil // the backbone has a problem, reported elsewhere
	}
	names, err := match(keys.Glob, layers)
	if err != nil {
		r.add(key, "%v (runexp backbones %s lists them)", err, name)
		return nil
	}
	n, _ := r.section.find(key)
	segs := segments(keys.Path)
	there := r.base.first(segs)
	isList := segs[len(segs)-1] == "layers" || there != nil && there.kind == list
	var settings []Setting
	for _, layer := range names {
		value := &node{position: n.position, value: layer}
		if isList {
			value = &node{position: n.position, kind: list, items: []*node{value}}
		}
		s, ok := r.setting(at, keys.Path, value)
		if !ok {
			return nil
		}
		settings = append(settings, s)
	}
	return settings
}

// layers returns the layers of the experiment's backbone and its name.
func (r *sweepReader) layers() ([]framework.Layer, string) {
	root, discarded := r.base.clone(), &report{}
	e := r.loader.experiment(root, "", discarded)
	v := validator{loader: r.loader, root: root, report: discarded, experiment: &e}
	return v.layers(), e.Backbone.Name
}

// label sets the labels of levels, from labels or from their values, and reports equal
// ones.
func (r *sweepReader) label(at string, n *node, labels []string, p *Parameter) {
	if n.get("labels") != nil && p.Range != nil {
		r.add(join(at, "labels"), "name values, but a range has none")
		return
	}
	if len(p.Levels) == 0 {
		return
	}
	if n.get("labels") != nil && len(labels) != len(p.Levels) {
		r.add(join(at, "labels"), "has %s for %s", sizes.Count(len(labels), "name"), sizes.Count(len(p.Levels), "value"))
		return
	}
	same := map[string]bool{}
	for i := range p.Levels {
		l := &p.Levels[i]
		var texts []string
		for _, s := range l.Settings {
			texts = append(texts, s.display())
		}
		l.Label = strings.Join(texts, ", ")
		if same[levelKey(l.Settings)] {
			r.add(at, "%s is given twice for %s; remove one", printable.Excerpt(l.Label), strings.Join(p.Paths, " and "))
			return
		}
		same[levelKey(l.Settings)] = true
	}
	taken := map[string]bool{}
	for i := range p.Levels {
		l := &p.Levels[i]
		if len(labels) > 0 {
			l.Label = labels[i]
			if strings.TrimSpace(l.Label) == "" {
				r.add(join(at, indexed("labels", i)), "is empty")
			}
		}
		switch {
		case !taken[l.Label]:
			taken[l.Label] = true
		case len(labels) > 0:
			r.add(join(at, indexed("labels", i)), "%s is used twice; give each value its own", quote(l.Label))
		default: // files of the same name in two folders
			l.Label = fmt.Sprintf("%s (%d)", l.Label, i)
		}
	}
}

// display returns the setting's value for reports: of a file its name.
func (s Setting) display() string {
	if s.node.written != "" {
		return stem(s.node.text())
	}
	return s.Text
}

// levelKey returns a key that is equal for equal levels: 1 and 1.0 are equal.
func levelKey(settings []Setting) string {
	var parts []string
	for _, s := range settings {
		parts = append(parts, fmt.Sprintf("%q %T", s.Text, s.Value))
		if i, ok := s.Value.(int64); ok {
			parts[len(parts)-1] = fmt.Sprint(float64(i))
		} else if x, ok := s.Value.(float64); ok {
			parts[len(parts)-1] = fmt.Sprint(x)
		}
	}
	return strings.Join(parts, "\n")
}

// indexed returns the path of an item of a list.
func indexed(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }
