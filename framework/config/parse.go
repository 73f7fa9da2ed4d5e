package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"runexp/internal/printable"
)

// Limits of a config. It is written by hand: a larger one is a mistake or an attack
// (a few aliases can expand to billions of values).
const (
	maxBytes  = 1 << 20
	maxValues = 20_000
	maxDepth  = 50
)

// parse parses one YAML document. It returns nil after reporting a problem if data is
// not one.
func parse(src *source, data []byte, rep *report) *node {
	top := position{src, 1, 1}
	if len(data) > maxBytes {
		rep.add(top, "", "larger than %d bytes: this is not a config", maxBytes)
		return nil
	}
	if at, found := notText(data); found {
		rep.add(position{src, at.line, at.column}, "", "not UTF-8 text; save the file as UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var document, second yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		rep.add(top, "", "empty")
		return nil
	case err != nil:
		at, message := syntaxProblem(data, err)
		rep.add(position{src, at.line, at.column}, "", "%s", message)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		rep.add(position{src, second.Line, second.Column}, "", "a second document starts here; write one experiment a file")
		return nil
	case !errors.Is(err, io.EOF):
		at, message := syntaxProblem(data, err)
		rep.add(position{src, at.line, at.column}, "", "%s", message)
		return nil
	}
	c := converter{source: src}
	root, err := c.convert(document.Content[0], 0)
	if err != nil {
		rep.add(top, "", "%v", err)
		return nil
	}
	return root
}

// converter converts YAML nodes to nodes and expands aliases.
type converter struct {
	source *source
	values int
}

func (c *converter) convert(y *yaml.Node, depth int) (*node, error) {
	if c.values++; c.values > maxValues {
		return nil, fmt.Errorf("more than %d values after expanding aliases: this is not a config", maxValues)
	}
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels; an anchor may contain its own alias", maxDepth)
	}
	n := &node{position: position{c.source, y.Line, y.Column}}
	switch y.Kind {
	case yaml.AliasNode:
		target, err := c.convert(y.Alias, depth+1)
		if err != nil {
			return nil, err
		}
		target.position = n.position
		return target, nil
	case yaml.SequenceNode:
		n.kind = list
		for _, item := range y.Content {
			value, err := c.convert(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, value)
		}
	case yaml.MappingNode:
		n.kind = mapping
		for i := 0; i < len(y.Content); i += 2 {
			key := y.Content[i]
			value, err := c.convert(y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			n.entries = append(n.entries, entry{position{c.source, key.Line, key.Column}, key.Value, value})
		}
	default:
		n.value = scalarValue(y)
	}
	return n, nil
}

// decimal matches a whole number of YAML 1.2: 0123 is 123, not octal.
var decimal = regexp.MustCompile(`^[-+]?[0-9]+$`)

// scalarValue returns the value of a scalar: nil, bool, int64, float64, string or
// unusable.
func scalarValue(y *yaml.Node) any {
	var value any
	switch tag := y.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return y.Value
	case "!!null", "!!bool", "!!int", "!!float":
		if decimal.MatchString(y.Value) && tag == "!!int" {
			if i, err := strconv.ParseInt(y.Value, 10, 64); err == nil {
				return i
			}
			return unusable(fmt.Sprintf("%s is outside the range of 64-bit integers", printable.Excerpt(y.Value)))
		}
		if err := y.Decode(&value); err != nil {
			return unusable(strings.Replace(strings.TrimPrefix(err.Error(), "yaml: "), y.Value, printable.Excerpt(y.Value), 1))
		}
	default:
		return unusable(fmt.Sprintf("the tag %s is not supported; leave it out", printable.Excerpt(tag)))
	}
	switch v := value.(type) {
	case int:
		return int64(v)
	case uint64:
		return unusable(fmt.Sprintf("%d is outside the range of 64-bit integers", v))
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return unusable(fmt.Sprintf("must be a finite number, not %s", printable.Excerpt(y.Value)))
		}
		return v + 0 // -0 is 0
	}
	return value
}

// yamlLine matches the approximate line in an error of the YAML library;
// unknownAnchor matches an error without a line.
var (
	yamlLine      = regexp.MustCompile(`^line (\d+): `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntaxProblem returns the position and message of a syntax error. It finds tabs
// itself, since the library's message does not mention them.
func syntaxProblem(data []byte, err error) (position, string) {
	for i, line := range strings.Split(string(data), "\n") {
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		if tab := strings.IndexByte(indent, '\t'); tab >= 0 {
			return position{line: i + 1, column: tab + 1}, "this is a tab; indent YAML with spaces"
		}
	}
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	at := position{line: 1, column: 1}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		at.line, _ = strconv.Atoi(m[1])
		message = strings.TrimPrefix(message, m[0])
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		before, _, _ := strings.Cut(string(data), "*"+m[1])
		at.line += strings.Count(before, "\n")
		at.column = len(before) - strings.LastIndex(before, "\n")
		message = fmt.Sprintf("unknown anchor '%s' referenced", printable.Excerpt(m[1]))
	}
	return at, "not YAML: " + message
}

// notText returns the position of the first byte that is not UTF-8 or is a control
// character, as are half the bytes of a UTF-16 file.
func notText(data []byte) (at position, found bool) {
	at = position{line: 1, column: 1}
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 || r < ' ' && !strings.ContainsRune("\t\n\r", r) {
			return at, true
		}
		at.column++
		if r == '\n' {
			at.line, at.column = at.line+1, 1
		}
		data = data[size:]
	}
	return at, false
}
