package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// widest is how many characters of JSON stand on one line.
const widest = 100

// A member is a key of an object with its value.
type member struct {
	key   string
	value json.RawMessage
}

// laidOut writes JSON for people: what has room stands on one line, the order of keys stays.
func laidOut(text json.RawMessage) (string, error) {
	var b strings.Builder
	err := layOut(&b, text, "")
	return b.String(), err
}

func layOut(b *strings.Builder, text json.RawMessage, margin string) error {
	line, err := onOneLine(text)
	if err != nil {
		return err
	}
	if !strings.ContainsAny(line[:1], "[{") || len(margin)+utf8.RuneCountInString(line) <= widest {
		b.WriteString(line)
		return nil
	}
	var parts []member // of a list without keys
	if line[0] == '{' {
		if parts, err = members(text); err != nil {
			return err
		}
	} else {
		var values []json.RawMessage
		if err := json.Unmarshal(text, &values); err != nil {
			return err
		}
		for _, v := range values {
			parts = append(parts, member{value: v})
		}
	}
	b.WriteString(line[:1])
	for i, p := range parts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + margin + "  " + p.key)
		if err := layOut(b, p.value, margin+"  "); err != nil {
			return err
		}
	}
	b.WriteString("\n" + margin + line[len(line)-1:])
	return nil
}

// members returns an object's members in their order, each key as it is written before its value.
func members(object json.RawMessage) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	var list []member
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		quoted, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		m := member{key: string(quoted) + ": "}
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// onOneLine writes JSON on one line, with spaces. A line break within a text is escaped in JSON,
// so that each one that Indent has written is between two values.
func onOneLine(text json.RawMessage) (string, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(text), "", ""); err != nil {
		return "", err
	}
	return strings.NewReplacer("[\n", "[", "{\n", "{", "\n]", "]", "\n}", "}", "\n", " ").Replace(b.String()), nil
}

// withoutKey removes a key from an object.
func withoutKey(object json.RawMessage, key string) (json.RawMessage, error) {
	list, err := members(object)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, m := range list {
		if m.key != `"`+key+`": ` {
			kept = append(kept, m.key+string(m.value))
		}
	}
	return json.RawMessage("{" + strings.Join(kept, ",") + "}"), nil
}
