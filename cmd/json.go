package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"unicode/utf16"

	"runexp/internal/printable"
)

// printJSON writes v, indented. A list without items is [], and what does not print
// is escaped, as JSON may have it: the text that is read back is exact.
func printJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(withLists(reflect.ValueOf(v))); err != nil {
		return err
	}
	_, err := rawWriter(w).Write(escaped(b.Bytes()))
	return err
}

// withLists returns v with an empty list in place of each that is nil.
func withLists(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	filled := reflect.New(v.Type()).Elem()
	filled.Set(v)
	fillLists(filled)
	return filled.Interface()
}

// fillLists makes the nil lists in v empty ones. What it points to is changed in
// place; what prints itself, and bytes, are left.
func fillLists(v reflect.Value) {
	if v.Type().Implements(reflect.TypeFor[json.Marshaler]()) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Interface:
		if !v.IsNil() && v.CanSet() {
			v.Set(reflect.ValueOf(withLists(v.Elem())))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fillLists(v.Field(i))
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			fillLists(value)
			v.SetMapIndex(key, value)
		}
	case reflect.Slice:
		if v.IsNil() && v.CanSet() && v.Type().Elem().Kind() != reflect.Uint8 {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	}
}

// escaped writes what does not print as \uXXXX. It stands in texts only: all else of
// JSON is ASCII, and its white space.
func escaped(text []byte) []byte {
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r == '\n' || printable.Text(string(r)) == string(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.Bytes()
}

// A float is a number as JSON has it, with all digits; null where it is not finite.
type float float64

func (f float) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}
