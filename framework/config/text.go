package config

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"runexp/framework"
	"runexp/internal/homedir"
)

// On the command line a setting that is a text is what stands after the sign,
// letter for letter: experiment=trial #2 is the name `trial #2`. Only these are
// something else:
//
//	null             alone: takes the setting away, back to its default
//	"…", '…'         quoted as a whole: YAML's text, without the quotes
//	a,b  choice(a,b) several values, where the setting can be swept and there is
//	                 no file of that whole name
//	glob(…)          layers, where the setting is no file
//
// A setting that is short for more (content=x.png, a layer) may also be a mapping
// or a list of YAML, which begins with a bracket.

// A target is what the command line needs to know of the setting that it sets.
type target struct {
	text  bool // a text, or what can be written as one
	short bool // a mapping or list that a text is short for
	file  bool // the path of a file
	alone bool // cannot be swept
}

// target tells what the setting at way is. A key that nobody knows is no text.
func (l *Loader) target(root *node, way []string) target {
	var t reflect.Type
	var flag string
	if way[0] == "sweep" {
		t, flag = l.typeAt(root.get("sweep"), reflect.TypeFor[sweepKeys](), way[1:])
		if t == reflect.TypeFor[*node]() { // one of the values of a parameter
			item, _ := root.find(strings.Join(way[:len(way)-2], "."))
			if path := item.get("path").text(); path != "" && segments(path)[0] != "sweep" {
				of := l.target(root, segments(path))
				of.alone = true
				return of
			}
		}
	} else {
		t, flag = l.typeAt(root, reflect.TypeFor[framework.Experiment](), way)
	}
	if t == nil {
		return target{}
	}
	last := way[len(way)-1]
	is := target{alone: slices.Contains([]string{"experiment", "checkpoint", "output", "evaluate", "sweep"}, way[0])}
	switch t {
	case reflect.TypeFor[framework.ContentImage](), reflect.TypeFor[framework.StyleImage](), reflect.TypeFor[[]framework.StyleImage]():
		is.short, is.file = true, true
	case reflect.TypeFor[framework.LayerWeight]():
		is.short = true
	case reflect.TypeFor[[]string]():
		is.short = way[0] == "sweep" && last == "style" // the one painting of a pair
		is.file = is.short
	}
	is.text = is.short || t.Kind() == reflect.String && !(way[0] == "style" && last == "size") // a number, too
	if is.text && !is.short {
		is.file = flag == fileFlag || flag == nameOrFile || way[0] == "sweep" && len(way) > 1 && way[1] == "pairs"
	}
	return is
}

// typeAt returns the type of the setting at way below n, which is of type t, and
// its field's flag; nil where no such key is known. n is nil where
// nothing is written.
func (l *Loader) typeAt(n *node, t reflect.Type, way []string) (at reflect.Type, flag string) {
	if len(way) == 0 {
		return t, ""
	}
	switch t.Kind() {
	case reflect.Slice:
		var item *node
		if n != nil && n.kind == list {
			item = n.first(way[:1])
		}
		return l.typeAt(item, t.Elem(), way[1:])
	case reflect.Struct:
		for _, t := range []reflect.Type{t, l.optionsAt(n, t, "")} {
			if t == nil {
				continue
			}
			keys, _ := fields(t)
			for _, f := range keys {
				if f.key == way[0] && len(way) == 1 {
					return t.Field(f.index).Type, f.flag
				}
				if f.key == way[0] {
					return l.typeAt(n.get(f.key), t.Field(f.index).Type, way[1:])
				}
			}
		}
	}
	return nil, ""
}

// value reads one value of the setting.
func (is target) value(src *source, text string) (*node, error) {
	at := position{source: src}
	trimmed := strings.TrimSpace(text)
	_, isQuoted := quoted(trimmed)
	switch {
	case !is.text, is.short && (strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")) && !is.names(src, text), isQuoted:
		return yamlValue(src, text)
	case text == "null":
		return &node{position: at}, nil
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("is not UTF-8 text")
	}
	return &node{position: at, value: text}, nil
}

// names reports whether the setting is a file and text the name of one that is
// there, whatever else it could be read as.
func (is target) names(src *source, text string) bool {
	if !is.file {
		return false
	}
	path, err := homedir.Expand(text)
	if err != nil {
		return false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(src.dir, path)
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// texts splits the right side into the texts that it lists.
func (is target) texts(text string) []string {
	if is.short {
		return splitTop(text)
	}
	var parts []string
	for {
		begin := len(text) - len(strings.TrimLeft(text, " "))
		end := strings.IndexByte(text, ',')
		if length, is := quoted(text[begin:]); is || length > 0 && strings.HasPrefix(strings.TrimLeft(text[begin+length:], " "), ",") {
			end = strings.IndexByte(text[begin+length:], ',')
			if end >= 0 {
				end += begin + length
			}
		}
		if end < 0 {
			return append(parts, text)
		}
		parts, text = append(parts, text[:end]), text[end+1:]
	}
}

// quoted returns how long the quoted text is that s begins with, 0 if it begins
// with none, and whether it is the whole of s.
func quoted(s string) (length int, whole bool) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return 0, false
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[0] == '"' && s[i] == '\\':
			i++
		case s[0] == '\'' && s[i] == '\'' && i+1 < len(s) && s[i+1] == '\'':
			i++
		case s[i] == s[0]:
			return i + 1, i+1 == len(s)
		}
	}
	return 0, false
}

// yamlValue reads a value of the command line that is YAML. Nothing of it is
// lost: what YAML takes for a comment on one line is refused.
func yamlValue(src *source, text string) (*node, error) {
	var broken report
	value := parse(src, []byte(text), &broken)
	if value == nil {
		return nil, fmt.Errorf("%s", broken.problems[0].Message)
	}
	var document yaml.Node
	if !strings.Contains(strings.TrimSpace(text), "\n") && yaml.Unmarshal([]byte(text), &document) == nil && commented(&document) {
		return nil, fmt.Errorf(`would lose what follows the #, which begins a comment in YAML; leave it out, or put quotes around a text`)
	}
	value.unplaced()
	return value, nil
}

// commented reports whether a comment stands anywhere in n.
func commented(n *yaml.Node) bool {
	return n.HeadComment+n.LineComment+n.FootComment != "" || slices.ContainsFunc(n.Content, commented)
}
