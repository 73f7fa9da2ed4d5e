package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"runexp/framework"
)

// maxHints is the maximum number of suggestions in a message.
const maxHints = 3

// unknownKey returns the error for an unknown key at path. It suggests the full path
// of a nested key: stages.*.iterations for iterations.
func unknownKey(root *node, path, key string, known []string) error {
	if path == "" {
		places := root.optionPaths(key)
		for _, k := range Keys() {
			if place := strings.ReplaceAll(k.Path, "[i]", ".*"); strings.HasSuffix(place, "."+key) && !strings.HasPrefix(place, "sweep.") {
				places = append(places, place)
			}
		}
		if n := len(places); n > 0 && n <= maxHints {
			return fmt.Errorf("unknown key %s; did you mean %s?", quote(key), strings.Join(places, " or "))
		}
	}
	return framework.UnknownName("key", key, known)
}

// optionHint names the other plugins that have an option called key, up to maxHints.
func (c choice) optionHint(key string) string {
	names := c.withOption(key)
	if len(names) == 0 || len(names) > maxHints {
		return ""
	}
	return fmt.Sprintf("; it is an option of %s: %s", c.key, strings.Join(names, ", "))
}

// optionPaths returns the paths of the options of n's losses that are called key: the
// schema does not have the names of losses.
func (n *node) optionPaths(key string) (places []string) {
	losses := n.get("losses")
	if losses == nil || slices.ContainsFunc(Keys(), func(k Key) bool { return k.Path == "losses[i]."+key }) {
		return nil
	}
	for i, path := range losses.itemPaths("losses") {
		if losses.items[i].get(key) != nil {
			places = append(places, path+"."+key)
		}
	}
	return places
}

// missingIndexHint suggests the full path for one that omits an item of a list, such
// as style.0.image for style.image; "" if it omits none.
func (l *Loader) missingIndexHint(root *node, segs []string) string {
	for i := 1; i < len(segs); i++ {
		n, there := root.find(strings.Join(segs[:i], "."))
		if !there || n.kind != list || segs[i] == "*" || n.itemAt(segs[i]) >= 0 {
			continue
		}
		full := slices.Insert(slices.Clone(segs), i, "0")
		if t, _ := l.typeAt(root, reflect.TypeFor[framework.Experiment](), full); t == nil {
			return ""
		}
		hint := "; did you mean " + strings.Join(full, ".") + "?"
		if len(n.items) > 1 {
			hint += " (or * instead of 0 for all items)"
		}
		return hint
	}
	return ""
}

// imageHint suggests overrides for an argument that is the path of an image, "" for any
// other.
func imageHint(src *source, argument string) string {
	if !slices.Contains(ImageExtensions(), strings.ToLower(filepath.Ext(argument))) || !(target{file: true}).namesFile(src, argument) {
		return ""
	}
	return fmt.Sprintf("; for the content image write content.image=%s, for the style image style.0.image=%s", argument, argument)
}
