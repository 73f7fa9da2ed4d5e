package file

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"runexp/framework"
	"runexp/internal/printable"
)

// A reader collects the problems of a file while reading it.
type reader struct {
	path     string
	problems []error
}

// maxProblems bounds the problems reported: more are most likely repetitions.
const maxProblems = 20

func (r *reader) wrong(n *yaml.Node, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, framework.Invalid("path", "%s:%d: %s", r.path, n.Line, fmt.Sprintf(format, args...)))
	}
}

// mapping calls the function in known for each key; required keys must be present.
func (r *reader) mapping(n *yaml.Node, known map[string]func(*yaml.Node), required ...string) {
	if n.Kind != yaml.MappingNode {
		r.wrong(n, "must be a mapping with the keys %s", framework.ListNames(slices.Sorted(maps.Keys(known))))
		return
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		take, ok := known[key.Value]
		switch {
		case !ok:
			r.wrong(key, "%v", framework.UnknownName("key", key.Value, slices.Sorted(maps.Keys(known))))
		case seen[key.Value]:
			r.wrong(key, "%s is written twice", key.Value)
		default:
			seen[key.Value] = true
			take(value)
		}
	}
	for _, key := range required {
		if !seen[key] {
			r.wrong(n, "needs the key %s", key)
		}
	}
}

func (r *reader) list(n *yaml.Node) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		r.wrong(n, "must be a list")
		return nil
	}
	return n.Content
}

// text returns a scalar as written, "" for null.
func (r *reader) text(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.AliasNode:
		r.wrong(n, "anchors are not read here; write out what *%s stands for", printable.Excerpt(n.Value))
	case n.Kind != yaml.ScalarNode:
		r.wrong(n, "must be one value, not a list or a mapping")
	case n.ShortTag() != "!!null":
		return n.Value
	}
	return ""
}

func (r *reader) whole(n *yaml.Node) int {
	text := r.text(n)
	value, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		r.wrong(n, "must be a whole number, not \"%s\"", printable.Excerpt(text))
	}
	return int(value)
}

func (r *reader) number(n *yaml.Node) float64 {
	text := r.text(n)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.IsInf(value, 0) {
		r.wrong(n, "must be a finite number, not \"%s\"", printable.Excerpt(text))
		return 0
	}
	return value
}

func (r *reader) flag(n *yaml.Node) bool {
	text := r.text(n)
	if text != "true" && text != "false" {
		r.wrong(n, "must be true or false, not \"%s\"", printable.Excerpt(text))
	}
	return text == "true"
}
