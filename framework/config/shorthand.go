package config

import (
	"strconv"

	"runexp/framework"
)

// expandShorthands expands the short forms of images and masks:
//
//	content: x.png         → content: {image: x.png}
//	style: x.png           → style: [{image: x.png}]
//	style: {image: x.png}  → style: [{image: x.png}]
//	style: [x.png]         → style: [{image: x.png}]
//	masks: auto            → masks: {auto: 3}
//
// It also converts a style's size and the time between checkpoints from numbers, 0.5
// or 0, to text.
func expandShorthands(root *node) {
	if every, written := root.find("checkpoint.every"); written {
		numberToText(every)
	}
	if content := root.get("content"); content.text() != "" {
		*content = *imageItem(content)
	}
	if masks := root.get("masks"); masks.text() == "auto" {
		count := &node{position: masks.position, kind: scalar, value: int64(framework.AutoMasks)}
		*masks = node{position: masks.position, kind: mapping, entries: []entry{{masks.position, "auto", count}}}
	}
	if style := root.get("style"); style != nil {
		expandStyle(style)
	}
}

// expandStyle is expandShorthands for the value of style.
func expandStyle(style *node) {
	if style.kind == mapping || style.text() != "" {
		*style = node{position: style.position, kind: list, items: []*node{style.clone()}}
	}
	for i, item := range style.items {
		if item.text() != "" {
			style.items[i] = imageItem(item)
		}
		if size := style.items[i].get("size"); size != nil {
			numberToText(size)
		}
	}
}

func imageItem(file *node) *node {
	return &node{position: file.position, kind: mapping, entries: []entry{{file.position, "image", file.clone()}}}
}

// layerItem expands an item of a `layers` option: `- conv1_1` and `- 25` become
// {layer: conv1_1} and {layer: "25"}.
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

// numberToText converts a number to its shortest text.
func numberToText(n *node) {
	switch v := n.value.(type) {
	case int64:
		n.value = strconv.FormatInt(v, 10)
	case float64:
		n.value = strconv.FormatFloat(v, 'g', -1, 64)
	}
}
