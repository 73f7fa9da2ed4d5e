package config

import (
	"reflect"
	"slices"
)

// dropLeftOver drops from n, of type t, the options of a plugin that a source above
// theirs replaced: a file that extends a preset and names another optimizer has nothing
// to do with the options that the preset wrote for its own. An option that no plugin of
// the kind has, and one from the same source or above, stays, to be reported.
func (l *Loader) dropLeftOver(n *node, t reflect.Type, path string) {
	switch {
	case n == nil:
	case t.Kind() == reflect.Slice && n.kind == list:
		for i, itemPath := range n.itemPaths(path) {
			l.dropLeftOver(n.items[i], t.Elem(), itemPath)
		}
	case t.Kind() == reflect.Struct && n.kind == mapping:
		own, optionsAt := fields(t)
		for _, f := range own {
			l.dropLeftOver(n.get(f.key), t.Field(f.index).Type, join(path, f.key))
		}
		if options := l.optionsAt(n, t, path); optionsAt >= 0 && options != nil {
			mine, _ := fields(options)
			choice := l.choose(t)
			n.entries = slices.DeleteFunc(n.entries, func(e entry) bool {
				return !slices.ContainsFunc(slices.Concat(own, mine), func(f field) bool { return f.key == e.key }) &&
					n.get(choice.key) != nil && e.value.source.rank < n.get(choice.key).source.rank && len(choice.having(e.key)) > 0
			})
		}
	}
}

// having lists the plugins of the kind that have an option called key.
func (c choice) having(key string) (names []string) {
	for _, name := range c.known {
		options, err := c.options(name)
		if err != nil {
			continue
		}
		if keys, _ := fields(reflect.TypeOf(options).Elem()); fieldCalled(keys, key) >= 0 {
			names = append(names, name)
		}
	}
	return names
}
