package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// override applies one `path=value` of the command line to the tree, and reports
// whether it gave the path one value.
//
// A segment of the path is a key, or on a list an index, an item's name or `*`
// for all items. The right side replaces what is there: of a text it is the text
// (see text.go), else YAML; null takes it away, back to the default. Keys are
// created on the way, items of a list are not, but for the painting after the last
// one. Several values are a parameter of the sweep (see sweep_override.go), and one
// value takes the path out of it.
func (l *Loader) override(root *node, argument string, src *source, rep *report) (single bool) {
	at := position{source: src}
	path, text, ok := strings.Cut(argument, "=")
	way := segments(path)
	switch {
	case !ok || slices.Contains(way, ""):
		rep.add(at, "", "%s is no override; write path=value, as in losses.tv.weight=5%s", quote(argument), pictureHint(src, argument))
		return false
	case way[0] == "extends":
		rep.add(at, path, "is read before overrides; write it into the file")
		return false
	case strings.TrimSpace(text) == "":
		rep.add(at, path, `has no value; write %s=null for the default, or %s="" for an empty text`, path, path)
		return false
	}
	is := l.target(root, way)
	parameter, err := several(src, path, text, is)
	switch {
	case err != nil:
	case parameter != nil && way[0] == "sweep":
		err = fmt.Errorf("cannot be swept itself; write [%s] for one list, or quotes around a text with a comma", printable.Excerpt(text))
	case parameter != nil && l.throughList(root, way) != "":
		err = fmt.Errorf("leaves out which item of a list%s", l.throughList(root, way))
	case parameter != nil:
		err = sweepOver(root, parameter)
	}
	if err != nil {
		rep.add(at, path, "%v", err)
	}
	if err != nil || parameter != nil {
		return false
	}
	value, err := is.value(src, text)
	if err != nil {
		rep.add(at, path, "%v", err)
		return true
	}
	value.dropRepeated(path, rep)
	wasSwept := fix(root, path)
	if _, there := root.find(path); wasSwept && value.null() && !there {
		return true // at its default already
	}
	if err := assign(root, way, value); err != nil {
		rep.add(at, path, "%v%s", err, l.throughList(root, way))
	}
	expandShorthands(root)
	addLists(root) // style=null leaves an empty list
	return true
}

// assign puts value, or nothing if it is null, at way below n.
func assign(n *node, way []string, value *node) error {
	key, last := way[0], len(way) == 1
	if n.kind == list {
		return assignItem(n, way, value)
	}
	if n.kind != mapping {
		return fmt.Errorf("%s has no key %s; replace it by a whole mapping", describe(n), quote(key))
	}
	next := n.get(key)
	switch {
	case last && value.null() && next == nil:
		return fmt.Errorf("is not set, so there is nothing to take away")
	case last && value.null():
		n.drop(key)
	case last:
		n.set(key, value.clone())
	case next == nil || next.null():
		created := &node{position: value.position, kind: mapping}
		if err := assign(created, way[1:], value); err != nil {
			return err
		}
		n.set(key, created)
	default:
		if key == "style" && next.kind == list && !value.null() {
			if err := next.grow(way[1:], value.position); err != nil {
				return err
			}
		}
		return assign(next, way[1:], value)
	}
	return nil
}

// assignItem is assign where n is a list.
func assignItem(n *node, way []string, value *node) error {
	first, after := 0, len(n.items)
	if way[0] != "*" {
		first = n.itemAt(way[0])
		after = first + 1
	}
	if first < 0 || first == after {
		return noItem(n, way[0])
	}
	if len(way) > 1 {
		for i, item := range n.items[first:after] {
			if item.kind == scalar && !item.null() && len(way) == 2 && (way[1] == "layer" || way[1] == "weight") {
				item = layerItem(item) // conv1_1 is short for {layer: conv1_1}
				n.items[first+i] = item
			}
			if err := assign(item, way[1:], value); err != nil {
				return err
			}
		}
		return nil
	}
	if value.null() {
		n.items = slices.Delete(n.items, first, after)
		return nil
	}
	for i := first; i < after; i++ {
		n.items[i] = value.clone()
	}
	return nil
}

// noItem is the error for a segment that means no item of n.
func noItem(n *node, segment string) error {
	const never = "an override never creates an item"
	if len(n.items) == 0 {
		return fmt.Errorf("the list is empty, and %s", never)
	}
	if _, err := strconv.Atoi(segment); err == nil || !allNamed(n.items) {
		return fmt.Errorf("the list has the items 0 to %d, and %s", len(n.items)-1, never)
	}
	var known []string
	for _, item := range n.items {
		known = append(known, itemName(item))
	}
	return fmt.Errorf("%w; %s", framework.UnknownName("item", segment, known), never)
}

// unplaced removes lines and columns: an argument of the command line has none.
func (n *node) unplaced() {
	n.line, n.column = 0, 0
	for _, item := range n.items {
		item.unplaced()
	}
	for i := range n.entries {
		n.entries[i].line, n.entries[i].column = 0, 0
		n.entries[i].value.unplaced()
	}
}
