package config

import (
	"reflect"
	"slices"

	"runexp/framework"
)

// dropStaleOptions removes from n, of type t, the options of a plugin that a source of
// higher rank replaced: a file that extends a preset and names another optimizer does
// not inherit the options of the preset's optimizer. An option that no plugin of the kind
// has, and one from the same or a higher source, stays and is reported. Neither does a stage with
// iterations inherit evaluations, nor the other way round.
func (l *Loader) dropStaleOptions(n *node, t reflect.Type, path string) {
	switch {
	case n == nil:
	case t.Kind() == reflect.Slice && n.kind == list:
		for i, itemPath := range n.itemPaths(path) {
			l.dropStaleOptions(n.items[i], t.Elem(), itemPath)
		}
	case t.Kind() == reflect.Struct && n.kind == mapping:
		if t == reflect.TypeFor[framework.Stage]() {
			n.dropStaleBudget()
		}
		own, optionsAt := fields(t)
		for _, f := range own {
			l.dropStaleOptions(n.get(f.key), t.Field(f.index).Type, join(path, f.key))
		}
		if options := l.optionsAt(n, t, path); optionsAt >= 0 && options != nil {
			pluginKeys, _ := fields(options)
			choice := l.choose(t)
			n.entries = slices.DeleteFunc(n.entries, func(e entry) bool {
				return !slices.ContainsFunc(slices.Concat(own, pluginKeys), func(f field) bool { return f.key == e.key }) &&
					n.get(choice.key) != nil && n.get(choice.key).outranks(e.value) && len(choice.withOption(e.key)) > 0
			})
		}
	}
}

// dropStaleBudget removes the iterations or evaluations of a stage, whichever the other replaced.
func (n *node) dropStaleBudget() {
	iterations, evaluations := n.get("iterations"), n.get("evaluations")
	switch {
	case iterations == nil || evaluations == nil || iterations.null() || evaluations.null():
	case iterations.outranks(evaluations):
		n.drop("evaluations")
	case evaluations.outranks(iterations):
		n.drop("iterations")
	}
}

// withOption returns the names of the plugins of the kind that have an option called key.
func (c choice) withOption(key string) (names []string) {
	for _, name := range c.names {
		options, err := c.options(name)
		if err != nil {
			continue
		}
		if keys, _ := fields(reflect.TypeOf(options).Elem()); fieldIndex(keys, key) >= 0 {
			names = append(names, name)
		}
	}
	return names
}
