package config

import (
	"fmt"
	"reflect"

	"runexp/framework"
)

// A Key describes one key of a config, for listings and docs.
type Key struct {
	Path    string `json:"path"` // losses[i].weight
	Type    string `json:"type"`
	Default string `json:"default"` // "" if there is none or it is empty
	Doc     string `json:"doc"`
}

// Keys lists the keys of an experiment, then those of its sweep, without the options
// of plugins.
func Keys() []Key {
	keys := []Key{{Path: "extends", Type: "list of text", Doc: "presets and files that this file begins with, a file with its .yaml and relative to this one; later ones win over earlier ones, and this file over all"}}
	keys = append(keys, describeKeys("", reflect.ValueOf(Defaults()))...)
	keys = append(keys, Key{Path: "sweep", Type: "mapping", Doc: "runs the experiment with different settings; default: a single run"})
	return append(keys, describeKeys("sweep", reflect.ValueOf(defaultSweep()))...)
}

func describeKeys(path string, v reflect.Value) []Key {
	var keys []Key
	list, _ := fields(v.Type())
	for _, f := range list {
		value := v.Field(f.index)
		k := Key{Path: join(path, f.key), Type: typeName(value.Type()), Doc: v.Type().Field(f.index).Tag.Get("doc")}
		if !value.IsZero() && value.Kind() != reflect.Struct && (value.Kind() != reflect.Slice || isShort(value.Type())) {
			k.Default = fmt.Sprint(value.Interface())
			if value.Kind() == reflect.Slice {
				k.Default = texts(value.Interface().([]string)).flow()
			}
		}
		keys = append(keys, k)
		switch item := value.Type(); {
		case item.Kind() == reflect.Struct:
			keys = append(keys, describeKeys(k.Path, value)...)
		case item.Kind() == reflect.Slice && item.Elem().Kind() == reflect.Struct:
			first := reflect.Zero(item.Elem())
			if value.Len() > 0 {
				first = value.Index(0) // the defaults of an item
			}
			keys = append(keys, describeKeys(k.Path+"[i]", first)...)
		}
	}
	return keys
}

// typeName returns the name of a key's type for documentation.
func typeName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "yes or no"
	case reflect.Int, reflect.Int64:
		return "integer"
	case reflect.Float64:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Pointer:
		if t != reflect.TypeFor[*node]() {
			return typeName(t.Elem())
		}
		return "any"
	case reflect.Slice:
		if t == reflect.TypeFor[[]framework.LayerWeight]() {
			return "layers"
		}
		return "list of " + typeName(t.Elem())
	}
	return "mapping"
}
