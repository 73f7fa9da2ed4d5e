package config

import (
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// toYAML returns the tree below n as YAML. A list of scalars is written on one
// line; everything is where flow is set.
func (n *node) toYAML(flow bool) *yaml.Node {
	out := &yaml.Node{}
	switch n.kind {
	case mapping:
		out.Kind = yaml.MappingNode
		for _, e := range n.entries {
			key := &yaml.Node{}
			key.SetString(e.key)
			out.Content = append(out.Content, key, e.value.toYAML(flow))
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
	if err != nil { // a tree that was read can be written
		return describe(n)
	}
	return strings.TrimSpace(string(text))
}

// plain returns n as encoding/json has it.
func (n *node) plain() any {
	switch n.kind {
	case mapping:
		m := map[string]any{}
		for _, e := range n.entries {
			m[e.key] = e.value.plain()
		}
		return m
	case list:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.plain()
		}
		return items
	}
	if why, isUnusable := n.value.(unusable); isUnusable {
		return string(why)
	}
	return n.value
}
