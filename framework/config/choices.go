package config

import (
	"reflect"
	"strings"

	"runexp/framework"
)

// Choices returns what the setting at path can be, where that is one of a few
// names: those of the plugins for stages.0.optimizer.name or losses.style.type,
// those of a `choices` tag for init.from. It is nil for every other path. Nothing is
// read: an item of a list may have any name, be [0] or 0, or be all of them, *.
func (l *Loader) Choices(path string) []string {
	way := segments(path)
	t := reflect.TypeFor[framework.Experiment]()
	if way[0] == "sweep" { // cut out of an experiment before it is checked
		way, t = way[1:], reflect.TypeFor[sweepKeys]()
	}
	for i, segment := range way {
		switch t.Kind() {
		case reflect.Slice:
			t = t.Elem()
		case reflect.Struct:
			own, optionsAt := fields(t)
			if last := i == len(way)-1; last && optionsAt >= 0 {
				if choice := l.choose(t); choice.key == segment {
					return choice.known
				}
			}
			at := fieldCalled(own, segment)
			if at < 0 && optionsAt >= 0 { // of the plugin that is the default
				if t = l.optionsAt(nil, t, ""); t == nil {
					return nil
				}
				own, _ = fields(t)
				at = fieldCalled(own, segment)
			}
			if at < 0 {
				return nil
			}
			field := t.Field(at)
			if tag := field.Tag.Get("choices"); tag != "" && i == len(way)-1 {
				return strings.Split(tag, ",")
			}
			t = field.Type
		default:
			return nil
		}
	}
	return nil
}

// fieldCalled returns the index of the field whose key it is, -1 for none.
func fieldCalled(own []field, key string) int {
	for _, f := range own {
		if f.key == key {
			return f.index
		}
	}
	return -1
}
