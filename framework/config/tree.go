package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A source is a file, preset or command line that a part of the tree comes from.
type source struct {
	name string // in messages: the path as given, "preset NAME", "command line"
	dir  string // absolute base folder of its relative paths; "" for a preset
	base string // dir in words: "the folder of layers.yaml"
	rank int    // higher than the rank of every source that it is merged over
}

// position is a position in a source; line and column count from 1, and are 0 for
// the command line.
type position struct {
	source       *source
	line, column int
}

type kind int

const (
	scalar kind = iota
	list
	mapping
)

// A node is a value of the config with its position. The merged tree has nodes from
// several sources.
type node struct {
	position
	kind    kind
	entries []entry // of a mapping, in order
	items   []*node // of a list
	value   any     // of a scalar: nil, bool, int64, float64, string or unusable
	written string  // of a path: before it was made absolute
	pattern *node   // of a list of style images: what each of them has by a preset; nil if nothing
	level   bool    // a level of the sweep, whose rank is above that of all sources
}

// An entry is a key of a mapping and its value.
type entry struct {
	position
	key   string
	value *node
}

// unusable is the value of a scalar that is valid YAML but not a valid value, with the
// reason. It is an error only if nothing overrides it.
type unusable string

// namePattern matches a name of a list's item in paths and merges.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// get returns the value of a key, nil if there is none or n is nil.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.entries {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// set sets the value of key.
func (n *node) set(key string, value *node) {
	for i := range n.entries {
		if n.entries[i].key == key {
			n.entries[i].position, n.entries[i].value = value.position, value
			return
		}
	}
	n.entries = append(n.entries, entry{value.position, key, value})
}

// drop removes key.
func (n *node) drop(key string) {
	n.entries = slices.DeleteFunc(n.entries, func(e entry) bool { return e.key == key })
}

// outranks reports whether n is from a source of higher rank than other's.
func (n *node) outranks(other *node) bool {
	if n.level != other.level {
		return n.level
	}
	return n.source.rank > other.source.rank
}

// asLevel returns a copy of n as a level of the sweep.
func (n *node) asLevel() *node {
	c := n.clone()
	c.markLevel()
	return c
}

func (n *node) markLevel() {
	n.level = true
	for _, item := range n.items {
		item.markLevel()
	}
	for _, e := range n.entries {
		e.value.markLevel()
	}
}

// null reports whether n is null, ~ or empty.
func (n *node) null() bool { return n.kind == scalar && n.value == nil }

// text returns the value of n if it is a string, else "".
func (n *node) text() string {
	if n == nil {
		return ""
	}
	s, _ := n.value.(string)
	return s
}

// dropRepeated reports repeated keys and keeps the first.
func (n *node) dropRepeated(path string, rep *report) {
	first := map[string]position{}
	kept := n.entries[:0]
	for _, e := range n.entries {
		if at, repeated := first[e.key]; repeated {
			where := ""
			if at.line > 0 {
				where = fmt.Sprintf(", first on line %d", at.line)
			}
			rep.add(e.position, join(path, e.key), "written twice%s; remove one", where)
			continue
		}
		first[e.key] = e.position
		kept = append(kept, e)
		e.value.dropRepeated(join(path, e.key), rep)
	}
	n.entries = kept
	for i, itemPath := range n.itemPaths(path) {
		n.items[i].dropRepeated(itemPath, rep)
	}
}

// clone returns a deep copy of n.
func (n *node) clone() *node {
	c := *n
	c.items = make([]*node, len(n.items))
	for i, item := range n.items {
		c.items[i] = item.clone()
	}
	c.entries = make([]entry, len(n.entries))
	for i, e := range n.entries {
		e.value = e.value.clone()
		c.entries[i] = e
	}
	return &c
}

// itemName returns the name of a list's item, which defaults to its type; "" if it has
// no valid name.
func itemName(item *node) string {
	s := item.get("name").text()
	if s == "" {
		s = item.get("type").text()
	}
	if !namePattern.MatchString(s) {
		return ""
	}
	return s
}

// itemNames returns the name of each item, "" if it has none or it is not unique.
func (n *node) itemNames() []string {
	names := make([]string, len(n.items))
	count := map[string]int{}
	for i, item := range n.items {
		names[i] = itemName(item)
		count[names[i]]++
	}
	for i := range names {
		if count[names[i]] > 1 {
			names[i] = ""
		}
	}
	return names
}

// itemPaths returns the path of each item of the list at path: losses.style if the item
// has a unique name, else layers[1].
func (n *node) itemPaths(path string) []string {
	paths := n.itemNames()
	for i, name := range paths {
		if name == "" {
			paths[i] = fmt.Sprintf("%s[%d]", path, i)
		} else {
			paths[i] = join(path, name)
		}
	}
	return paths
}

// join appends a key to a path.
func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}

// segments splits a path; stages[0].size and stages.0.size are equal.
func segments(path string) []string {
	if strings.ContainsAny(path, "[]") { // from messages and identities
		path = strings.ReplaceAll(strings.ReplaceAll(path, "[", "."), "]", "")
	}
	return strings.Split(path, ".")
}

// itemAt returns the index of the item that a path's segment, an index or a name,
// refers to, -1 if there is none.
func (n *node) itemAt(segment string) int {
	if i, err := strconv.Atoi(segment); err == nil {
		if i < 0 || i >= len(n.items) {
			return -1
		}
		return i
	}
	return slices.IndexFunc(n.items, func(item *node) bool { return segment != "" && itemName(item) == segment })
}

// find returns the node at path and true, or the deepest existing node above it and
// false.
func (n *node) find(path string) (*node, bool) {
	for _, segment := range segments(path) {
		next := n.get(segment)
		if n.kind == list {
			if i := n.itemAt(segment); i >= 0 {
				next = n.items[i]
			}
		}
		if next == nil {
			return n, false
		}
		n = next
	}
	return n, true
}

// size counts the values in n.
func (n *node) size() int {
	count := 1
	for _, item := range n.items {
		count += item.size()
	}
	for _, e := range n.entries {
		count += e.value.size()
	}
	return count
}

// kindName describes n without its text.
func (n *node) kindName() string {
	switch {
	case n.kind == mapping:
		return "a mapping"
	case n.kind == list:
		return "a list"
	case n.text() != "":
		return "text"
	}
	return "a single value"
}
