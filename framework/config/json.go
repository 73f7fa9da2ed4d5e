package config

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// JSON converts a config in YAML to JSON with its keys in the same order and without
// comments. The result loads to the same config, since JSON is YAML.
//
// Errors: text is not YAML, or has a value that no config can have.
func JSON(text []byte) (json.RawMessage, error) {
	rep := &report{}
	root := parse(&source{name: "the config"}, text, rep)
	if root == nil {
		return nil, rep.err()
	}
	var b bytes.Buffer
	if err := root.writeJSON(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (n *node) writeJSON(b *bytes.Buffer) error {
	switch n.kind {
	case mapping:
		b.WriteByte('{')
		for i, e := range n.entries {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeScalar(b, e.key); err != nil {
				return err
			}
			b.WriteByte(':')
			if err := e.value.writeJSON(b); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	case list:
		b.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := item.writeJSON(b); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		if why, isUnusable := n.value.(unusable); isUnusable {
			return fmt.Errorf("line %d of the config: %s", n.line, string(why))
		}
		return writeScalar(b, n.value)
	}
	return nil
}

func writeScalar(b *bytes.Buffer, v any) error {
	text, err := json.Marshal(v)
	b.Write(text)
	return err
}
