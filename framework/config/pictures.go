package config

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// grow adds an item to a list of paintings, for a way that begins with the index
// after its last one. A later index is an error, any other segment is left to
// whoever assigns.
func (n *node) grow(way []string, at position) error {
	i, err := strconv.Atoi(way[0])
	switch {
	case err != nil || i < len(n.items):
	case i > len(n.items):
		return fmt.Errorf("leaves a gap: the next painting is style.%d", len(n.items))
	default:
		n.items = append(n.items, &node{position: at, kind: mapping})
	}
	return nil
}

// extensions are those of pictures in a folder.
func extensions() []string {
	return []string{".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"}
}

// expandPictures replaces a folder or pattern of pictures, where a photograph or a
// painting is asked for, by the pictures in it, sorted by name: several are a
// parameter of the sweep. A file of just that name is that file.
func expandPictures(root *node, rep *report) {
	swept := map[string]bool{}
	if parameters := root.get("sweep").get("parameters"); parameters != nil {
		for _, item := range parameters.items {
			for _, member := range append([]*node{item}, item.get("zip").members()...) {
				swept[strings.Join(root.way(member.get("path").text()), ".")] = true
			}
			if values := item.get("values"); values != nil && isPicture(root.way(item.get("path").text())) {
				values.items = expandValues(values.items, item.get("path").text(), rep)
			}
		}
	}
	expand := func(image *node, path, shown string) {
		if image == nil || swept[strings.Join(root.way(path), ".")] {
			return
		}
		files := expandValues([]*node{image.clone()}, shown, rep)
		if len(files) == 0 {
			return // said already
		}
		*image = *files[0]
		if len(files) == 1 {
			return
		}
		parameter := &node{position: image.position, kind: mapping}
		parameter.set("path", &node{position: image.position, value: path})
		parameter.set("values", &node{position: image.position, kind: list, items: files})
		if err := sweepOver(root, parameter); err != nil {
			rep.add(image.position, shown, "%v", err)
		}
	}
	expand(root.get("content").get("image"), "content.image", "content.image")
	if style := root.get("style"); style != nil {
		for i, item := range style.items {
			expand(item.get("image"), fmt.Sprintf("style.%d.image", i), fmt.Sprintf("style[%d].image", i))
		}
	}
}

// isPicture reports whether way leads to a photograph or painting.
func isPicture(way []string) bool {
	switch way[0] {
	case "content":
		return len(way) == 1 || len(way) == 2 && way[1] == "image"
	case "style":
		return len(way) <= 2 || len(way) == 3 && way[2] == "image"
	}
	return false
}

// expandValues replaces the folders and patterns among values by their pictures.
func expandValues(values []*node, path string, rep *report) []*node {
	var all []*node
	for _, value := range values {
		files, err := picturesOf(value)
		if err != nil {
			rep.add(value.position, path, "%v", err)
			continue
		}
		if files == nil {
			all = append(all, value)
		}
		for _, file := range files {
			all = append(all, &node{position: value.position, value: file})
		}
	}
	return all
}

// picturesOf lists the pictures that a value means which names a folder or a
// pattern, as paths like its own; nil for any other value.
func picturesOf(value *node) ([]string, error) {
	written := value.text()
	if written == "" || value.source.dir == "" || value.written != "" {
		return nil, nil
	}
	path, dir := written, value.source.dir
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	var files []string
	switch {
	case err == nil && info.IsDir():
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fmt.Errorf("cannot read %s: %w", written, cause(err))
		}
		for _, e := range entries {
			files = append(files, filepath.Join(path, e.Name()))
		}
		files = slices.DeleteFunc(files, func(file string) bool { return !shows(file, true) })
	case err == nil || !strings.ContainsAny(written, "*?["):
		return nil, nil
	default:
		pattern := path
		if !filepath.IsAbs(written) { // the folder's own name is no pattern
			pattern = filepath.Join(escaped(dir), written)
		}
		if files, err = filepath.Glob(pattern); err != nil {
			return nil, fmt.Errorf("no file is called %s, and it is no pattern of files: %w", written, err)
		}
		open := filepath.Ext(written) == "" // photos/*, where other files lie too
		files = slices.DeleteFunc(files, func(file string) bool { return !shows(file, open) })
	}
	slices.Sort(files)
	switch {
	case len(files) == 0:
		return nil, fmt.Errorf("no pictures are at %s (%s); name a file, a folder of pictures, or a pattern as in photos/*.jpg", written, path)
	case len(files) > maxLevels:
		return nil, fmt.Errorf("%s are %d pictures, more than %d; take a narrower pattern", written, len(files), maxLevels)
	}
	return files, nil
}

// shows reports whether a file can be one of the pictures of a folder: regular,
// not hidden, and where the extension decides, with a picture's.
func shows(file string, byExtension bool) bool {
	if byExtension && !slices.Contains(extensions(), strings.ToLower(filepath.Ext(file))) {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && info.Mode()&fs.ModeType == 0 && !strings.HasPrefix(filepath.Base(file), ".")
}

// escaped is a path as a pattern that matches just it.
func escaped(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
