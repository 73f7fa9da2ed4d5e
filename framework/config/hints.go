package config

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"runexp/framework"
)

// mostDeeper is how many places of a key are worth a hint.
const mostDeeper = 3

// unknownKey is the error for a key that stands at path and is none of known. One
// that the experiment has deeper down is named with its place: iterations alone is
// stages.*.iterations.
func unknownKey(root *node, path, key string, known []string) error {
	if path == "" {
		places := root.deeper(key)
		for _, k := range Keys() {
			if place := strings.ReplaceAll(k.Path, "[i]", ".*"); strings.HasSuffix(place, "."+key) && !strings.HasPrefix(place, "sweep.") {
				places = append(places, place)
			}
		}
		if n := len(places); n > 0 && n <= mostDeeper {
			return fmt.Errorf("unknown key %s; did you mean %s?", quote(key), strings.Join(places, " or "))
		}
	}
	return framework.UnknownName("key", key, known)
}

// otherwise says which other plugins have an option called key, where they are few.
func (c choice) otherwise(key string) string {
	names := c.having(key)
	if len(names) == 0 || len(names) > mostDeeper {
		return ""
	}
	return fmt.Sprintf("; it is an option of %s: %s", c.key, strings.Join(names, ", "))
}

// deeper returns the options of n's losses that are called key: the schema does
// not know which losses there are.
func (n *node) deeper(key string) (places []string) {
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

// throughList says which item's setting is meant by a path that leaves an item of
// a list out, as style.0.image for style.image; "" if it leaves out none.
func (l *Loader) throughList(root *node, way []string) string {
	for i := 1; i < len(way); i++ {
		n, there := root.find(strings.Join(way[:i], "."))
		if !there || n.kind != list || way[i] == "*" || n.itemAt(way[i]) >= 0 {
			continue
		}
		full := slices.Insert(slices.Clone(way), i, "0")
		if t, _ := l.typeAt(root, reflect.TypeFor[framework.Experiment](), full); t == nil {
			return ""
		}
		hint := "; did you mean " + strings.Join(full, ".") + "?"
		if len(n.items) > 1 {
			hint += " (* instead of 0 is for all)"
		}
		return hint
	}
	return ""
}

// pictureHint says how a file that is written alone is given as a picture; "" if
// the argument names none.
func pictureHint(src *source, argument string) string {
	if !slices.Contains(extensions(), strings.ToLower(filepath.Ext(argument))) || !(target{file: true}).names(src, argument) {
		return ""
	}
	return fmt.Sprintf("; for the photograph write content.image=%s, for the painting style.0.image=%s", argument, argument)
}
