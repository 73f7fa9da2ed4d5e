package cmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"time"
	"unicode/utf16"

	"runexp/internal/printable"
)

// printJSON writes v as indented JSON. A nil list is written as [], and non-printing
// characters as JSON escapes, so that texts read back exactly.
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

// withLists returns v with every nil list replaced by an empty one.
func withLists(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	filled := reflect.New(v.Type()).Elem()
	filled.Set(v)
	fillLists(filled)
	return filled.Interface()
}

// fillLists replaces the nil lists in v by empty ones, in place also behind pointers.
// Types with MarshalJSON, and bytes, stay as they are.
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

// escaped writes non-printing characters as \uXXXX. They are in strings only: the rest
// of the JSON is ASCII, and its white space.
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

// A float is written to JSON with all digits, or as null if it is not finite.
type float float64

func (f float) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(f)) || math.IsInf(float64(f), 0) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(f))
}

// A moment is written to JSON as the store has it: UTC in microseconds, always as wide, so that
// the order of texts is that of times.
type moment time.Time

func (m moment) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(m).UTC().Format("2006-01-02T15:04:05.000000Z"))
}
