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
// whether it gave the path a single value.
//
// A segment of the path is a key or, for a list, an index, an item's name or `*` for
// all items. The right side replaces the current value: it is plain text for a text
// setting (see text.go), else YAML; null restores the default. Missing keys are created,
// but not items of a list, except the style image after the last one. Several values
// become a parameter of the sweep (see sweep_override.go), and a single value removes
// the path from the sweep.
func (l *Loader) override(root *node, argument string, src *source, rep *report) (single bool) {
	at := position{source: src}
	path, text, ok := strings.Cut(argument, "=")
	segs := segments(path)
	switch {
	case !ok || slices.Contains(segs, ""):
		rep.add(at, "", "%s is not an override; write path=value, as in losses.tv.weight=5%s", quote(argument), imageHint(src, argument))
		return false
	case path == presetPath:
		return false // see presets.go
	case segs[0] == presetPath:
		rep.add(at, path, "write extends=NAME for another preset")
		return false
	case strings.TrimSpace(text) == "":
		rep.add(at, path, `has no value; write %s=null for the default, or %s="" for an empty text`, path, path)
		return false
	}
	dst := l.target(root, segs)
	parameter, err := parameterOf(src, path, text, dst)
	switch {
	case err != nil:
	case parameter != nil && segs[0] == "sweep":
		err = fmt.Errorf("cannot be swept; write [%s] for one list, or quotes around a text with a comma", printable.Excerpt(text))
	case parameter != nil && l.missingIndexHint(root, segs) != "":
		err = fmt.Errorf("omits the item of a list%s", l.missingIndexHint(root, segs))
	case parameter != nil:
		err = addParameter(root, parameter)
	}
	if err != nil {
		rep.add(at, path, "%v", err)
	}
	if err != nil || parameter != nil {
		return false
	}
	value, err := dst.value(src, text)
	if err != nil {
		rep.add(at, path, "%v", err)
		return true
	}
	value.dropRepeated(path, rep)
	wasSwept := removeSwept(root, path)
	if _, there := root.find(path); wasSwept && value.null() && !there {
		return true // already the default
	}
	if err := assign(root, segs, value); err != nil {
		rep.add(at, path, "%v%s", err, l.missingIndexHint(root, segs))
	}
	expandShorthands(root)
	addLists(root) // style=null leaves an empty list
	return true
}

// assign sets the node at segs below n to value, or removes it if value is null.
func assign(n *node, segs []string, value *node) error {
	key, last := segs[0], len(segs) == 1
	if n.kind == list {
		return assignItem(n, segs, value)
	}
	if n.kind != mapping {
		return fmt.Errorf("%s has no key %s; replace it with a mapping", describe(n), quote(key))
	}
	next := n.get(key)
	switch {
	case last && value.null() && next == nil:
		return fmt.Errorf("is not set, so there is nothing to remove")
	case last && value.null():
		n.drop(key)
	case last && key == "style" && next != nil && next.pattern != nil:
		style := value.clone()
		expandStyle(style)
		n.set(key, fillStyles(next, style))
	case last:
		n.set(key, value.clone())
	case next == nil || next.null():
		created := &node{position: value.position, kind: mapping}
		if err := assign(created, segs[1:], value); err != nil {
			return err
		}
		n.set(key, created)
	default:
		if key == "style" && next.kind == list && !value.null() {
			if err := next.growStyle(segs[1:], value.position); err != nil {
				return err
			}
		}
		return assign(next, segs[1:], value)
	}
	return nil
}

// assignItem is assign for a list n.
func assignItem(n *node, segs []string, value *node) error {
	first, after := 0, len(n.items)
	if segs[0] != "*" {
		first = n.itemAt(segs[0])
		after = first + 1
	}
	if first < 0 || first == after {
		return noItem(n, segs[0])
	}
	if len(segs) > 1 {
		for i, item := range n.items[first:after] {
			if item.kind == scalar && !item.null() && len(segs) == 2 && (segs[1] == "layer" || segs[1] == "weight") {
				item = layerItem(item) // conv1_1 is short for {layer: conv1_1}
				n.items[first+i] = item
			}
			if err := assign(item, segs[1:], value); err != nil {
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

// noItem returns the error for a segment that matches no item of n.
func noItem(n *node, segment string) error {
	const never = "an override cannot create an item"
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

// clearPositions sets lines and columns to 0: a command line argument has none.
func (n *node) clearPositions() {
	n.line, n.column = 0, 0
	for _, item := range n.items {
		item.clearPositions()
	}
	for i := range n.entries {
		n.entries[i].line, n.entries[i].column = 0, 0
		n.entries[i].value.clearPositions()
	}
}
