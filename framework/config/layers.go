package config

import (
	"fmt"
	"math"
	"path"
	"reflect"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// resolveLayers replaces every list of layers in options with names of the backbone's
// layers: an index with the layer's name, a glob with the layers that it matches in
// the network's order, each with the glob's weight. at is the key path of options.
func (v *validator) resolveLayers(options any, at string, layers []framework.Layer) {
	s := reflect.ValueOf(options).Elem()
	keys, _ := fields(s.Type())
	for _, f := range keys {
		if written, ok := s.Field(f.index).Interface().([]framework.LayerWeight); ok {
			resolved := v.resolveList(written, join(at, f.key), layers)
			s.Field(f.index).Set(reflect.ValueOf(resolved))
		}
	}
}

// resolveList resolves one list. An entry with a problem stays unresolved.
func (v *validator) resolveList(written []framework.LayerWeight, at string, layers []framework.Layer) []framework.LayerWeight {
	resolved := make([]framework.LayerWeight, 0, len(written))
	taken := map[string]int{} // layer → index of the entry that names it
	for i, entry := range written {
		itemPath := fmt.Sprintf("%s[%d]", at, i)
		if !(entry.Weight >= 0) || math.IsInf(entry.Weight, 0) {
			v.add(join(itemPath, "weight"), "must be at least 0, not %v", entry.Weight)
		}
		names, err := match(entry.Layer, layers)
		if err != nil {
			v.add(itemPath, "%v (runexp backbones %s lists them)", err, v.backboneArguments())
			names = []string{entry.Layer}
		}
		for _, name := range names {
			if first, twice := taken[name]; twice {
				v.add(itemPath, "names the layer %s again, after %s[%d]; remove one", name, at, first)
				continue
			}
			taken[name] = i
			resolved = append(resolved, framework.LayerWeight{Layer: name, Weight: entry.Weight})
		}
	}
	return resolved
}

// backboneArguments returns the arguments of `runexp backbones` that print the
// experiment's network.
func (v *validator) backboneArguments() string {
	spec := v.experiment.Backbone
	arguments := spec.Name
	for _, f := range filesIn("", reflect.ValueOf(spec), nil) {
		arguments += " " + printable.Text(f.Name)
	}
	return arguments
}

// match returns the names of the layers that match a name, an index or a glob, each with the
// transform that the pattern ends in.
func match(pattern string, layers []framework.Layer) ([]string, error) {
	if pattern == framework.ImageTap {
		return []string{pattern}, nil
	}
	if layer, transform, transformed := strings.Cut(pattern, ":"); transformed {
		if err := framework.OneOf("transform", transform, framework.Transforms()...); err != nil {
			return nil, err
		}
		if layer == framework.ImageTap {
			return nil, fmt.Errorf("the image has no transform; take %s from a layer", transform)
		}
		names, err := match(layer, layers)
		for i := range names {
			names[i] += ":" + transform
		}
		return names, err
	}
	index, err := strconv.Atoi(pattern)
	isIndex := err == nil
	isGlob := strings.ContainsAny(pattern, `*?[\`)
	var names []string
	for _, layer := range layers {
		matched := layer.Name == pattern
		switch {
		case isIndex:
			matched = layer.Index == index
		case isGlob:
			if matched, err = path.Match(pattern, layer.Name); err != nil {
				return nil, fmt.Errorf("%s is not a valid glob: use *, ? and [a-z], and close brackets", quote(pattern))
			}
		}
		if matched {
			names = append(names, layer.Name)
		}
	}
	switch {
	case len(names) > 0:
		return names, nil
	case pattern == "":
		return nil, fmt.Errorf("needs a layer")
	case isIndex:
		return nil, fmt.Errorf("no layer has the index %d, only %d to %d", index, layers[0].Index, layers[len(layers)-1].Index)
	case isGlob:
		return nil, fmt.Errorf("no layer matches %s", quote(pattern))
	}
	near := ""
	if n := framework.Nearest(pattern, append(framework.LayerNames(layers), framework.ImageTap)); n != "" {
		near = fmt.Sprintf("; did you mean %q?", n)
	}
	return nil, fmt.Errorf("unknown layer %s%s", quote(pattern), near)
}
