package config

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"runexp/internal/printable"
)

// toYAML returns the tree below n as YAML. A list of scalars is on one line;
// everything is if flow is set.
func (n *node) toYAML(flow bool) *yaml.Node {
	out := &yaml.Node{}
	switch n.kind {
	case mapping:
		out.Kind = yaml.MappingNode
		for _, e := range n.entries {
			out.Content = append(out.Content, textYAML(e.key), e.value.toYAML(flow))
		}
	case list:
		out.Kind = yaml.SequenceNode
		for _, item := range n.items {
			flow = flow || item.kind == scalar
		}
		for _, item := range n.items {
			out.Content = append(out.Content, item.toYAML(flow))
		}
	default:
		if n.value == nil {
			return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		}
		if why, isUnusable := n.value.(unusable); isUnusable {
			return toYAML(reflect.ValueOf(string(why)))
		}
		return toYAML(reflect.ValueOf(n.value))
	}
	if flow {
		out.Style = yaml.FlowStyle
	}
	return out
}

// flow returns n as YAML on one line.
func (n *node) flow() string {
	text, err := marshal(n.toYAML(true))
	if err != nil { // cannot happen: the tree was parsed from YAML
		return describe(n)
	}
	return strings.TrimSpace(string(text))
}

// jsonValue returns n as values of encoding/json.
func (n *node) jsonValue() any {
	switch n.kind {
	case mapping:
		m := map[string]any{}
		for _, e := range n.entries {
			m[e.key] = e.value.jsonValue()
		}
		return m
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.jsonValue()
		}
		return items
	}
	if why, isUnusable := n.value.(unusable); isUnusable {
		return string(why)
	}
	return n.value
}

// numberYAML formats a number so that YAML 1.1 and 1.2 parse it as one: 1e+06 is a
// text in YAML 1.1.
func numberYAML(x float64) string {
	text := strconv.FormatFloat(x, 'g', -1, 64)
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok && !strings.Contains(mantissa, ".") {
		return mantissa + ".0e" + exponent
	}
	return text
}

// Number returns a number as YAML.
func Number(x float64) string { return numberYAML(x) }

// notPlain matches a text that YAML 1.1 or 1.2 could parse as a number, a date, true,
// false or null: their words, and anything made of their characters.
var notPlain = regexp.MustCompile(`^[-+.]*[0-9][0-9a-fA-FxXoO_.:+ tTzZ-]*$|^[-+.]*$|^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$|` +
	`^(?i:y|n|yes|no|on|off|true|false|null)$|^[~=]$|^<<$|^0[xob]`)

// Text returns a text as YAML on one line, to be written into a config, in lists and
// mappings on one line too.
func Text(text string) string {
	line, err := marshal(&yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{textYAML(text)}})
	if err != nil { // cannot happen: a text has a form in YAML
		return strconv.Quote(text)
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(line)), "["), "]")
}

// textYAML returns a node that every YAML parser reads as this text. The encoder
// itself quotes special characters.
func textYAML(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	if n.Style = 0; notPlain.MatchString(text) || printable.Text(text) != text || strings.TrimSpace(text) != text {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
