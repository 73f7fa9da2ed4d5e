// Package flow turns short lists between YAML, as configs have them, and JSON, as the store
// has them: [conv1_1, {layer: conv2_1, weight: 0.5}].
package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// JSON returns a value in YAML as JSON without spaces. Numbers keep their digits, and keys
// their order. Errors: text that is not one value of texts, numbers, true, false and null.
func JSON(text string) (json.RawMessage, error) {
	n, err := parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = write(&out, n)
	return out.Bytes(), err
}

// List returns the JSON of a list in YAML; false if text is none.
func List(text string) (json.RawMessage, bool) {
	if !strings.HasPrefix(text, "[") {
		return nil, false
	}
	n, err := parse(text)
	if err != nil || n.Kind != yaml.SequenceNode {
		return nil, false
	}
	list, err := JSON(text)
	return list, err == nil
}

// Text returns a list or an object in JSON as YAML on one line, without the quotes that YAML
// does not need; anything else as it is.
func Text(value json.RawMessage) string {
	n, err := parse(string(value))
	if err != nil || n.Kind == yaml.ScalarNode {
		return string(value)
	}
	plain(n)
	text, err := yaml.Marshal(n)
	if err != nil {
		return string(value)
	}
	return strings.TrimSpace(string(text))
}

func parse(text string) (*yaml.Node, error) {
	var document, more yaml.Node
	d := yaml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&document); err != nil {
		return nil, err
	}
	if err := d.Decode(&more); !errors.Is(err, io.EOF) || len(document.Content) != 1 {
		return nil, fmt.Errorf("%q is not one value", text)
	}
	return document.Content[0], nil
}

// plain removes the quotes of texts, and puts lists and objects on one line.
func plain(n *yaml.Node) {
	n.Style = 0
	if n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		plain(child)
	}
}

func write(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := write(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	case yaml.MappingNode:
		out.WriteByte('{')
		for i, item := range n.Content {
			if i > 0 {
				out.WriteByte(",:"[i%2])
			}
			if err := write(out, item); err != nil {
				return err
			}
		}
		out.WriteByte('}')
		return nil
	case yaml.ScalarNode:
		return writeScalar(out, n)
	}
	return fmt.Errorf("line %d: an alias is no value", n.Line)
}

func writeScalar(out *bytes.Buffer, n *yaml.Node) error {
	var value any = n.Value
	switch n.ShortTag() {
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			out.WriteString(n.Value)
			return nil
		}
		fallthrough
	case "!!bool", "!!null":
		if err := n.Decode(&value); err != nil {
			return err
		}
	}
	text, err := json.Marshal(value)
	if err != nil { // .inf, which JSON does not have
		text, err = json.Marshal(n.Value)
	}
	out.Write(text)
	return err
}
