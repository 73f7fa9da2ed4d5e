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

// growStyle appends an item to a list of style images if segs begins with the index
// after the last one, with what a preset has for each of them. A higher index is an error;
// other segments are left to assign.
func (n *node) growStyle(segs []string, at position) error {
	i, err := strconv.Atoi(segs[0])
	switch {
	case err != nil || i < len(n.items):
	case i > len(n.items):
		return fmt.Errorf("leaves a gap: the next style image is style.%d", len(n.items))
	default:
		item := &node{position: at, kind: mapping}
		if n.pattern != nil {
			item = n.pattern.clone()
		}
		n.items = append(n.items, item)
	}
	return nil
}

// ImageExtensions are the extensions of the images of a folder.
func ImageExtensions() []string {
	return []string{".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif"}
}

// expandImages replaces a folder or pattern given as a content or style image with its
// images, sorted by name. Several become a parameter of the sweep. A file whose name is
// the pattern takes precedence.
func expandImages(root *node, rep *report) {
	swept := map[string]bool{}
	if parameters := root.get("sweep").get("parameters"); parameters != nil {
		for _, item := range parameters.items {
			for _, member := range append([]*node{item}, item.get("zip").members()...) {
				swept[strings.Join(root.canonical(member.get("path").text()), ".")] = true
			}
			if values := item.get("values"); values != nil && isImagePath(root.canonical(item.get("path").text())) {
				values.items = expandValues(values.items, item.get("path").text(), rep)
			}
		}
	}
	expand := func(image *node, path, shown string) {
		if image == nil || swept[strings.Join(root.canonical(path), ".")] {
			return
		}
		files := expandValues([]*node{image.clone()}, shown, rep)
		if len(files) == 0 {
			return // already reported
		}
		*image = *files[0]
		if len(files) == 1 {
			return
		}
		parameter := &node{position: image.position, kind: mapping}
		parameter.set("path", &node{position: image.position, value: path})
		parameter.set("values", &node{position: image.position, kind: list, items: files})
		if err := addParameter(root, parameter); err != nil {
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

// isImagePath reports whether segs lead to a content or style image.
func isImagePath(segs []string) bool {
	switch segs[0] {
	case "content":
		return len(segs) == 1 || len(segs) == 2 && segs[1] == "image"
	case "style":
		return len(segs) <= 2 || len(segs) == 3 && segs[2] == "image"
	}
	return false
}

// expandValues replaces the folders and patterns among values with their images.
func expandValues(values []*node, path string, rep *report) []*node {
	var all []*node
	for _, value := range values {
		files, err := imagesAt(value)
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

// imagesAt lists the images of a value that names a folder or a pattern, sorted by
// path; nil for any other value.
func imagesAt(value *node) ([]string, error) {
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
		files = slices.DeleteFunc(files, func(file string) bool { return !isImageFile(file, true) })
	case err == nil || !strings.ContainsAny(written, "*?["):
		return nil, nil
	default:
		pattern := path
		if !filepath.IsAbs(written) { // the folder's name is not a pattern
			pattern = filepath.Join(escapeGlob(dir), written)
		}
		if files, err = filepath.Glob(pattern); err != nil {
			return nil, fmt.Errorf("no file is called %s, and it is not a valid pattern: %w", written, err)
		}
		open := filepath.Ext(written) == "" // photos/* may match other files too
		files = slices.DeleteFunc(files, func(file string) bool { return !isImageFile(file, open) })
	}
	slices.Sort(files)
	switch {
	case len(files) == 0:
		return nil, fmt.Errorf("no images at %s (%s); name a file, a folder of images, or a pattern as in photos/*.jpg", written, path)
	case len(files) > maxLevels:
		return nil, fmt.Errorf("%s matches %d images, more than %d; use a narrower pattern", written, len(files), maxLevels)
	}
	return files, nil
}

// isImageFile reports whether a file can be an image of a folder: regular, not hidden
// and, if byExtension, with an extension of an image.
func isImageFile(file string, byExtension bool) bool {
	if byExtension && !slices.Contains(ImageExtensions(), strings.ToLower(filepath.Ext(file))) {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && info.Mode()&fs.ModeType == 0 && !strings.HasPrefix(filepath.Base(file), ".")
}

// escapeGlob returns the pattern that matches only path.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
