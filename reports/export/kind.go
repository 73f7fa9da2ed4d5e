package export

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// A Kind is the type of a column's values.
type Kind int

// The kinds, and the Go types of their values. A missing value is nil in all of them.
const (
	None    Kind = iota // no value at all
	Truth               // bool
	Integer             // int64
	Real                // float64
	Text                // string; a list or an object is its JSON
	Time                // time.Time
)

// KindOf returns the kind of one value in JSON.
func KindOf(value json.RawMessage) Kind {
	switch decode(value).(type) {
	case nil:
		return None
	case bool:
		return Truth
	case int64:
		return Integer
	case float64:
		return Real
	}
	return Text
}

// Join returns the kind that holds values of both: whole and other numbers are Real, and
// what has no other kind in common is Text.
func (k Kind) Join(other Kind) Kind {
	switch {
	case k == other || other == None:
		return k
	case k == None:
		return other
	case k == Integer && other == Real || k == Real && other == Integer:
		return Real
	}
	return Text
}

// Of returns a value in JSON as one of kind k, which must hold it.
func (k Kind) Of(value json.RawMessage) any {
	decoded := decode(value)
	whole, isWhole := decoded.(int64)
	switch {
	case decoded == nil:
		return nil
	case k == Real && isWhole:
		return float64(whole)
	case k == Text:
		return TextOf(value)
	}
	return decoded
}

// TextOf returns a value in JSON as text: a text as it is, anything else as JSON.
func TextOf(value json.RawMessage) string {
	if text, is := decode(value).(string); is {
		return text
	}
	return string(value)
}

// decode returns a value in JSON as nil, bool, int64, float64 or string, lists and objects
// as their JSON.
func decode(value json.RawMessage) any {
	value = bytes.TrimSpace(value)
	var decoded any
	if err := json.Unmarshal(value, &decoded); err != nil {
		return string(value) // 1e999, which no type here holds
	}
	switch decoded.(type) {
	case []any, map[string]any:
		return string(value)
	case float64:
		if whole, err := strconv.ParseInt(string(value), 10, 64); err == nil {
			return whole
		}
	}
	return decoded
}
