package config

import (
	"path/filepath"
	"strconv"

	"runexp/framework/weights"
	"runexp/internal/homedir"
)

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

// resolvePaths makes the paths of files absolute: relative to the YAML file that
// wrote them, or to the working directory on the command line.
func resolvePaths(root *node, rep *report) {
	resolve := func(file *node, path string) {
		written := file.text()
		if written == "" || file.written != "" {
			return
		}
		if file.source.dir == "" {
			rep.add(file.position, path, "a preset is the same for everybody and cannot name a file")
			return
		}
		absolute, err := homedir.Expand(written)
		if err != nil {
			rep.add(file.position, path, "%v", err)
			return
		}
		if !filepath.IsAbs(absolute) {
			absolute = filepath.Join(file.source.dir, absolute)
		}
		file.written, file.value = written, absolute
	}
	for _, path := range []string{"content.image", "init.image"} {
		if file, ok := root.find(path); ok {
			resolve(file, path)
		}
	}
	if style := root.get("style"); style != nil {
		for i, path := range style.itemPaths("style") {
			if file := style.items[i].get("image"); file != nil {
				resolve(file, join(path, "image"))
			}
		}
	}
	for _, path := range []string{"backbone.weights", scorerPath + ".weights"} {
		if file, ok := root.find(path); ok && weights.IsPath(file.text()) {
			resolve(file, path)
		}
	}
}
