package config

import (
	"reflect"
	"strings"

	"runexp/framework"
)

// Choices returns the accepted names of the setting at path: the plugins for
// stages.0.optimizer.name or losses.style.type, or those of a `choices` tag. It is nil
// for a setting without a fixed set of names. No file is read: an item of a list may
// have any name, be [0] or 0, or be *.
func (l *Loader) Choices(path string) []string {
	segs := segments(path)
	t := reflect.TypeFor[framework.Experiment]()
	if segs[0] == "sweep" { // not a field of framework.Experiment
		segs, t = segs[1:], reflect.TypeFor[sweepKeys]()
	}
	for i, segment := range segs {
		switch t.Kind() {
		case reflect.Slice:
			t = t.Elem()
		case reflect.Struct:
			own, optionsAt := fields(t)
			if last := i == len(segs)-1; last && optionsAt >= 0 {
				if choice := l.choose(t); choice.key == segment {
					return choice.names
				}
			}
			at := fieldIndex(own, segment)
			if at < 0 && optionsAt >= 0 { // an option of the default plugin
				if t = l.optionsAt(nil, t, ""); t == nil {
					return nil
				}
				own, _ = fields(t)
				at = fieldIndex(own, segment)
			}
			if at < 0 {
				return nil
			}
			field := t.Field(at)
			if tag := field.Tag.Get("choices"); tag != "" && i == len(segs)-1 {
				return strings.Split(tag, ",")
			}
			t = field.Type
		default:
			return nil
		}
	}
	return nil
}

// fieldIndex returns the struct index of the field with this key, -1 if there is none.
func fieldIndex(own []field, key string) int {
	for _, f := range own {
		if f.key == key {
			return f.index
		}
	}
	return -1
}
