package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A source is where a part of the tree was written.
type source struct {
	name string // in messages: the path as given, "preset NAME", "command line"
	dir  string // absolute folder that its paths start from; "" in a preset
	base string // dir in words: "the folder of layers.yaml"
	rank int    // higher than that of every source that it lies over
}

// position is a place in a source; line and column count from 1, and are 0 on
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

// A node is a value of the config and where it was written. The merged tree
// holds nodes of several sources.
type node struct {
	position
	kind    kind
	entries []entry // of a mapping, in the order written
	items   []*node // of a list
	value   any     // of a scalar: nil, bool, int64, float64, string or unusable
	written string  // of a path: as it was before it was made absolute
}

// An entry is a key of a mapping and its value.
type entry struct {
	position
	key   string
	value *node
}

// unusable is a scalar that can be read but never used; it says why. It is an
// error only if nothing overrides it.
type unusable string

// namePattern is what an item of a list can be called in paths and merges.
var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// get returns the value of a key, nil if n has none or is nil itself.
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

// set gives key a value, in place of the one it has.
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

// null reports whether n is written as null, ~ or nothing at all.
func (n *node) null() bool { return n.kind == scalar && n.value == nil }

// text returns the string that n is, "" if it is none.
func (n *node) text() string {
	if n == nil {
		return ""
	}
	s, _ := n.value.(string)
	return s
}

// dropRepeated reports keys that are written twice and keeps the first.
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

// clone returns a copy that shares nothing with n.
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

// itemName is the name of a list's item, which defaults to its type; "" if it
// has none that a path could use.
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

// itemNames returns the name of each item, "" where it has none or shares it.
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

// itemPaths returns the path of each item of the list at path: losses.style
// where the item has a name of its own, layers[1] elsewhere.
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

// segments splits a path; stages[0].size and stages.0.size are the same.
func segments(path string) []string {
	if strings.ContainsAny(path, "[]") { // in messages and identities; the tree's own paths have none
		path = strings.ReplaceAll(strings.ReplaceAll(path, "[", "."), "]", "")
	}
	return strings.Split(path, ".")
}

// itemAt returns the index of the item that a path's segment means: an index or
// a name. It is -1 if there is none.
func (n *node) itemAt(segment string) int {
	if i, err := strconv.Atoi(segment); err == nil {
		if i < 0 || i >= len(n.items) {
			return -1
		}
		return i
	}
	return slices.IndexFunc(n.items, func(item *node) bool { return segment != "" && itemName(item) == segment })
}

// find returns the node at path, or the deepest one on the way to it that was
// written, and whether it is the one at path.
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

// kindName says what n is without what it says.
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
