package framework

import (
	"fmt"
	"reflect"
	"strings"
)

// An Option describes one key of an options struct, for listings and docs.
type Option struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // number, integer, text, yes or no, layers, file
	Default string `json:"default"`
	Doc     string `json:"doc"`
}

// Describe lists the keys of an options struct, or of a pointer to one; the values
// it holds are the defaults. Fields without a `config` tag are skipped.
func Describe(options any) []Option {
	v := reflect.Indirect(reflect.ValueOf(options))
	var out []Option
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, flag, _ := strings.Cut(field.Tag.Get("config"), ",")
		if name == "" {
			continue
		}
		kind, value := describe(v.Field(i))
		if flag != "" && !strings.HasPrefix(flag, "optional") { // "file", "name or file"
			kind = flag
		}
		out = append(out, Option{Name: name, Type: kind, Default: value, Doc: field.Tag.Get("doc")})
	}
	return out
}

// Changed lists the options of one struct that differ from those of another of the same type, as key=value.
func Changed(options, defaults any) []string {
	var list []string
	usual := Describe(defaults)
	for i, o := range Describe(options) {
		if o.Default != usual[i].Default {
			list = append(list, o.Name+"="+o.Default)
		}
	}
	return list
}

// SetFile sets the first option tagged as a file; options points to a struct. It
// reports whether there is such an option.
func SetFile(options any, path string) bool {
	v := reflect.ValueOf(options).Elem()
	for i := range v.NumField() {
		if _, flag, _ := strings.Cut(v.Type().Field(i).Tag.Get("config"), ","); flag == "file" {
			v.Field(i).SetString(path)
			return true
		}
	}
	return false
}

// SetText sets the option called key, if it is a text; options points to a struct. It
// reports whether there is such an option.
func SetText(options any, key, text string) bool {
	v := reflect.ValueOf(options).Elem()
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("config"), ","); name == key && v.Field(i).Kind() == reflect.String {
			v.Field(i).SetString(text)
			return true
		}
	}
	return false
}

func describe(v reflect.Value) (kind, value string) {
	if layers, ok := v.Interface().([]LayerWeight); ok {
		names := make([]string, len(layers))
		for i, l := range layers {
			names[i] = l.Layer
			if l.Weight != 1 {
				names[i] = fmt.Sprintf("{layer: %s, weight: %g}", l.Layer, l.Weight)
			}
		}
		return "layers", "[" + strings.Join(names, ", ") + "]"
	}
	switch v.Kind() {
	case reflect.Bool:
		return "yes or no", fmt.Sprint(v.Bool())
	case reflect.Float64, reflect.Float32:
		return "number", fmt.Sprintf("%g", v.Float())
	case reflect.Int, reflect.Int64:
		return "integer", fmt.Sprint(v.Int())
	case reflect.String:
		return "text", v.String()
	}
	return v.Type().String(), fmt.Sprint(v.Interface())
}
