package config

import (
	"path/filepath"
	"reflect"
	"strings"

	"runexp/framework"
	"runexp/framework/weights"
	"runexp/internal/homedir"
)

// A File is a file named in an experiment.
type File struct {
	Path string // of the setting, as in Params: content.image, losses.style.mask
	Name string // absolute
}

// Files lists the files that the experiment reads except weights: the settings whose
// field is tagged as a file, including those of plugins.
func (r *Resolved) Files() []File {
	var list []File
	for _, f := range filesIn("", reflect.ValueOf(r.Experiment), nil) {
		if f.Name == "" || strings.HasPrefix(f.Path, "evaluate.") {
			continue
		}
		list = append(list, f)
	}
	return list
}

// filesIn appends the settings in v, at path, that are tagged as files.
func filesIn(path string, v reflect.Value, list []File) []File {
	switch v.Kind() {
	case reflect.Struct:
		keys, options := fields(v.Type())
		for _, f := range keys {
			value, at := v.Field(f.index), join(path, f.key)
			if f.flag == fileFlag {
				list = append(list, File{at, value.String()})
				continue
			}
			list = filesIn(at, value, list)
		}
		if options >= 0 && !v.Field(options).IsNil() {
			list = filesIn(path, v.Field(options).Elem().Elem(), list)
		}
	case reflect.Slice:
		for i := range v.Len() {
			list = filesIn(itemOf(path, v, i), v.Index(i), list)
		}
	}
	return list
}

// eachFile calls visit for every setting in n, of type t, that is the path of a file.
func (l *Loader) eachFile(n *node, t reflect.Type, path string, visit func(file *node, path string)) {
	switch {
	case n == nil:
	case t.Kind() == reflect.Slice && n.kind == list:
		for i, itemPath := range n.itemPaths(path) {
			l.eachFile(n.items[i], t.Elem(), itemPath, visit)
		}
	case t.Kind() == reflect.Struct && n.kind == mapping:
		l.eachFileOf(n, t, path, visit)
		if options := l.optionsAt(n, t, path); options != nil {
			l.eachFileOf(n, options, path, visit)
		}
	}
}

// eachFileOf is eachFile for the keys of a struct without its plugin options.
func (l *Loader) eachFileOf(n *node, t reflect.Type, path string, visit func(file *node, path string)) {
	keys, _ := fields(t)
	for _, f := range keys {
		child, at := n.get(f.key), join(path, f.key)
		switch {
		case child == nil:
		case f.flag == fileFlag, f.flag == nameOrFile && weights.IsPath(child.text()):
			visit(child, at)
		case f.flag != nameOrFile:
			l.eachFile(child, t.Field(f.index).Type, at, visit)
		}
	}
}

// optionsAt returns the type of the options of the plugin that n, of type t, chooses,
// nil if it chooses no known plugin.
func (l *Loader) optionsAt(n *node, t reflect.Type, path string) reflect.Type {
	if _, at := fields(t); at < 0 {
		return nil
	}
	choice := l.choose(t)
	name := n.get(choice.key).text()
	if name == "" && path != scorerPath {
		name = choice.fallback()
	}
	options, err := choice.options(name)
	if err != nil {
		return nil
	}
	return reflect.TypeOf(options).Elem()
}

// resolvePaths makes the paths of files absolute. They are relative to the YAML file
// that they are written in, or to the working directory on the command line.
func (l *Loader) resolvePaths(root *node, rep *report) {
	l.eachFile(root, reflect.TypeFor[framework.Experiment](), "", func(file *node, path string) {
		written := file.text()
		if written == "" || file.written != "" {
			return
		}
		if file.source.dir == "" {
			rep.add(file.position, path, "a preset cannot name a file; set this key in a config that extends it")
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
	})
}
