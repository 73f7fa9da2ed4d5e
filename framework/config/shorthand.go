package config

import "strconv"

// expandShorthands rewrites the short forms of images:
//
//	content: x.png         → content: {image: x.png}
//	style: x.png           → style: [{image: x.png}]
//	style: {image: x.png}  → style: [{image: x.png}]
//	style: [x.png]         → style: [{image: x.png}]
//
// A style's size and the time between checkpoints may be written as a number,
// 0.5 or 0; it is the text of one from here on.
func expandShorthands(root *node) {
	if every, written := root.find("checkpoint.every"); written {
		numberToText(every)
	}
	if content := root.get("content"); content.text() != "" {
		*content = *picture(content)
	}
	style := root.get("style")
	if style == nil {
		return
	}
	if style.kind == mapping || style.text() != "" {
		*style = node{position: style.position, kind: list, items: []*node{style.clone()}}
	}
	for i, item := range style.items {
		if item.text() != "" {
			style.items[i] = picture(item)
		}
		if size := style.items[i].get("size"); size != nil {
			numberToText(size)
		}
	}
}

func picture(file *node) *node {
	return &node{position: file.position, kind: mapping, entries: []entry{{file.position, "image", file.clone()}}}
}

// layerItem rewrites an item of a `layers` option: `- conv1_1` and `- 25` are
// {layer: conv1_1} and {layer: 25}, and an index is the text of one.
func layerItem(item *node) *node {
	layer := item.get("layer")
	if item.kind == scalar {
		layer = item.clone()
		item = &node{position: item.position, kind: mapping, entries: []entry{{item.position, "layer", layer}}}
	}
	if layer != nil {
		if i, ok := layer.value.(int64); ok {
			layer.value = strconv.FormatInt(i, 10)
		}
	}
	return item
}

// numberToText makes a number the shortest text that means it.
func numberToText(n *node) {
	switch v := n.value.(type) {
	case int64:
		n.value = strconv.FormatInt(v, 10)
	case float64:
		n.value = strconv.FormatFloat(v, 'g', -1, 64)
	}
}
