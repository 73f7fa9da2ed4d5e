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

// On the command line the value of a text setting is taken literally:
// experiment=trial #2 is the name `trial #2`. The exceptions are:
//
//	null             the default
//	"…", '…'         quoted as a whole: a YAML string, without the quotes
//	a,b  choice(a,b) several values, if the setting can be swept and there is no
//	                 file with that whole name
//	glob(…)          layers, unless the setting is a file
//
// A setting with a short form (content=x.png, a layer) also accepts a mapping or a
// list of YAML, which begins with a bracket.

// A target describes the setting that an override sets.
type target struct {
	text        bool // a text, or has a text as short form
	shorthand   bool // a mapping or list with a text as short form
	file        bool // the path of a file
	unsweepable bool // cannot be swept
}

// target describes the setting at segs. An unknown key counts as not a text.
func (l *Loader) target(root *node, segs []string) target {
	var t reflect.Type
	var flag string
	if segs[0] == "sweep" {
		t, flag = l.typeAt(root.get("sweep"), reflect.TypeFor[sweepKeys](), segs[1:])
		if t == reflect.TypeFor[*node]() { // one of the values of a parameter
			item, _ := root.find(strings.Join(segs[:len(segs)-2], "."))
			if path := item.get("path").text(); path != "" && segments(path)[0] != "sweep" {
				dst := l.target(root, segments(path))
				dst.unsweepable = true
				return dst
			}
		}
	} else {
		t, flag = l.typeAt(root, reflect.TypeFor[framework.Experiment](), segs)
	}
	if t == nil {
		return target{}
	}
	last := segs[len(segs)-1]
	dst := target{unsweepable: slices.Contains([]string{"experiment", "checkpoint", "output", "evaluate", "sweep"}, segs[0])}
	switch t {
	case reflect.TypeFor[framework.ContentImage](), reflect.TypeFor[framework.StyleImage](), reflect.TypeFor[[]framework.StyleImage]():
		dst.shorthand, dst.file = true, true
	case reflect.TypeFor[framework.LayerWeight]():
		dst.shorthand = true
	case reflect.TypeFor[[]string]():
		dst.shorthand = segs[0] == "sweep" && last == "style" // the only style image of a pair
		dst.file = dst.shorthand
	}
	dst.text = dst.shorthand || t.Kind() == reflect.String && !(segs[0] == "style" && last == "size") // which may be a number
	if dst.text && !dst.shorthand {
		dst.file = flag == fileFlag || flag == nameOrFile || segs[0] == "sweep" && len(segs) > 1 && segs[1] == "pairs"
	}
	return dst
}

// typeAt returns the type of the setting at segs below n, of type t, and its field's
// flag; nil if there is no such key. n is nil if it is not set.
func (l *Loader) typeAt(n *node, t reflect.Type, segs []string) (at reflect.Type, flag string) {
	if len(segs) == 0 {
		return t, ""
	}
	switch t.Kind() {
	case reflect.Slice:
		var item *node
		if n != nil && n.kind == list {
			item = n.first(segs[:1])
		}
		return l.typeAt(item, t.Elem(), segs[1:])
	case reflect.Struct:
		for _, t := range []reflect.Type{t, l.optionsAt(n, t, "")} {
			if t == nil {
				continue
			}
			keys, _ := fields(t)
			for _, f := range keys {
				if f.key == segs[0] && len(segs) == 1 {
					return t.Field(f.index).Type, f.flag
				}
				if f.key == segs[0] {
					return l.typeAt(n.get(f.key), t.Field(f.index).Type, segs[1:])
				}
			}
		}
	}
	return nil, ""
}

// value parses one value of the setting.
func (dst target) value(src *source, text string) (*node, error) {
	at := position{source: src}
	trimmed := strings.TrimSpace(text)
	_, isQuoted := quoted(trimmed)
	switch {
	case !dst.text, dst.shorthand && (strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[")) && !dst.namesFile(src, text), isQuoted:
		return yamlValue(src, text)
	case text == "null":
		return &node{position: at}, nil
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("is not UTF-8 text")
	}
	return &node{position: at, value: text}, nil
}

// namesFile reports whether the setting is a file and text is the path of an existing
// one.
func (dst target) namesFile(src *source, text string) bool {
	if !dst.file {
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

// texts splits the right side at commas outside quotes.
func (dst target) texts(text string) []string {
	if dst.shorthand {
		return splitTop(text)
	}
	var parts []string
	for {
		begin := len(text) - len(strings.TrimLeft(text, " "))
		end := strings.IndexByte(text, ',')
		if length, whole := quoted(text[begin:]); whole || length > 0 && strings.HasPrefix(strings.TrimLeft(text[begin+length:], " "), ",") {
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

// quoted returns the length of the quoted text at the beginning of s, 0 if there is
// none, and whether it is the whole of s.
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

// yamlValue parses a YAML value of the command line. A comment in a single line is an
// error, since it is probably meant as text.
func yamlValue(src *source, text string) (*node, error) {
	var broken report
	value := parse(src, []byte(text), &broken)
	if value == nil {
		return nil, fmt.Errorf("%s", broken.problems[0].Message)
	}
	var document yaml.Node
	if !strings.Contains(strings.TrimSpace(text), "\n") && yaml.Unmarshal([]byte(text), &document) == nil && commented(&document) {
		return nil, fmt.Errorf(`would lose the text after #, which begins a comment in YAML; leave it out, or put quotes around a text`)
	}
	value.clearPositions()
	return value, nil
}

// commented reports whether n contains a comment.
func commented(n *yaml.Node) bool {
	return n.HeadComment+n.LineComment+n.FootComment != "" || slices.ContainsFunc(n.Content, commented)
}
