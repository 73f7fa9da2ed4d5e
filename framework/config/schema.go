package config

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strings"

	"runexp/framework"
	"runexp/internal/printable"
)

// A field is a key declared by a `config` tag.
type field struct {
	key    string
	index  int
	flag   string // after the key in the tag; "" for none
	absent string // optional=VALUE: the value that means not set; "" for zero
}

// isAbsent reports whether value, the field's, means that its key is not set.
func (f field) isAbsent(value reflect.Value) bool {
	switch {
	case f.flag == optionalFlag && f.absent != "":
		return fmt.Sprint(value.Interface()) == f.absent
	case f.flag == optionalFlag || f.flag == fileFlag:
		return value.IsZero() || value.Kind() == reflect.Slice && value.Len() == 0
	}
	return false
}

// Flags of fields.
const (
	fileFlag     = "file"         // the path of a file; "" means not set
	nameOrFile   = "name or file" // a name or a path
	optionalFlag = "optional"     // a zero value, or that after "=", means not set: left out of the resolved config
)

// fields lists the keys of a struct in order. options is the index of the field tagged
// `config:",options"`, whose keys appear beside the struct's own, -1 if there is none.
func fields(t reflect.Type) (keys []field, options int) {
	options = -1
	for i := range t.NumField() {
		key, flag, _ := strings.Cut(t.Field(i).Tag.Get("config"), ",")
		switch {
		case flag == "options":
			options = i
		case key != "":
			flag, absent, _ := strings.Cut(flag, "=")
			keys = append(keys, field{key, i, flag, absent})
		}
	}
	return keys, options
}

// listLike shows how a list of items of type t is written.
func listLike(t reflect.Type) string {
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[framework.LayerWeight]() { // a layer may be its name alone
		return "[a, b]"
	}
	keys, _ := fields(t)
	var texts []string
	for _, f := range keys[:min(2, len(keys))] {
		texts = append(texts, f.key+": …")
	}
	return "[{" + strings.Join(texts, ", ") + "}]"
}

// A choice describes how a spec chooses the plugin whose options are among its keys.
type choice struct {
	key      string        // holds the plugin's name
	fallback func() string // the plugin if key is not set; "" if it is required
	kind     string
	names    []string
	// options returns a pointer to the named plugin's default options.
	options func(name string) (any, error)
}

// choose returns the choice of specs of type t.
func (l *Loader) choose(t reflect.Type) choice {
	for _, k := range l.Plugins.Kinds() {
		if k.Spec == specOf(t) {
			fallback := func() string {
				return cmp.Or(chosen(reflect.ValueOf(Defaults()), k), chosen(reflect.ValueOf(defaultSweep()), k))
			}
			return choice{k.Key, fallback, k.Kind(), k.Names(), func(name string) (any, error) {
				_, options, err := k.Describe(name)
				return options, err
			}}
		}
	}
	panic(fmt.Sprintf("config: no registry for %v", t))
}

// specOf returns the spec type of t: the keys of a sweep are the spec of its sampler.
func specOf(t reflect.Type) reflect.Type {
	if t == reflect.TypeFor[sweepKeys]() {
		return reflect.TypeFor[framework.SamplerSpec]()
	}
	return t
}

// chosen returns the first plugin of a kind in an experiment or in the keys of a sweep,
// "" if there is none.
func chosen(v reflect.Value, k framework.Kind) string {
	name := ""
	switch v.Kind() {
	case reflect.Struct:
		keys, _ := fields(v.Type())
		for _, f := range keys {
			if specOf(v.Type()) == k.Spec && f.key == k.Key {
				return v.Field(f.index).String()
			}
			if name == "" {
				name = chosen(v.Field(f.index), k)
			}
		}
	case reflect.Slice:
		for i := 0; i < v.Len() && name == ""; i++ {
			name = chosen(v.Index(i), k)
		}
	}
	return name
}

// scorerPath is the one backbone with an optional name: the default is the run's own.
const scorerPath = "evaluate.backbone"

// A checker checks a tree against the schema: the `config` tags of
// framework.Experiment and of the options of the chosen plugins.
type checker struct {
	loader *Loader
	report *report
}

// check returns the settings at n as plain maps, lists and scalars of type t, with a
// plugin's keys under "options". It reports every unknown key and wrong type and omits
// those values; it returns nil if n itself has the wrong type.
func (c *checker) check(n *node, t reflect.Type, path string) any {
	if t == reflect.TypeFor[framework.LayerWeight]() {
		n = layerItem(n)
	}
	if t == reflect.TypeFor[framework.Size]() {
		n = sizeItem(n)
	}
	switch t.Kind() {
	case reflect.Pointer:
		if t == reflect.TypeFor[*node]() { // a value of any kind
			return n
		}
		return c.check(n, t.Elem(), path) // a setting whose zero value is a value
	case reflect.Struct:
		return c.checkStruct(n, t, path)
	case reflect.Slice:
		if n.kind != list {
			c.mismatch(n, path, "a list, as in "+listLike(t.Elem()))
			return nil
		}
		items := make([]any, len(n.items))
		for i, itemPath := range n.itemPaths(path) {
			items[i] = c.check(n.items[i], t.Elem(), itemPath)
			if items[i] == nil { // keeps the indices of later items
				items[i] = reflect.Zero(t.Elem()).Interface()
			}
		}
		return items
	}
	value, want := convertScalar(n, t)
	if want != "" {
		c.mismatch(n, path, want)
		return nil
	}
	return value
}

func (c *checker) checkStruct(n *node, t reflect.Type, path string) any {
	own, optionsAt := fields(t)
	var known []string
	types := map[string]reflect.Type{}
	for _, f := range own {
		known = append(known, f.key)
		types[f.key] = t.Field(f.index).Type
	}
	if t == reflect.TypeFor[framework.Experiment]() {
		known = append(known, "sweep") // removed from the tree before
	}
	if n.kind != mapping {
		want := "a mapping (keys: " + strings.Join(known, ", ") + ")"
		switch t {
		case reflect.TypeFor[framework.Size]():
			want = "a number of pixels for the longer side, or " + want
		case reflect.TypeFor[framework.MaskOptions]():
			want = "auto, or " + want + " (drawn masks are in content.masks and style[i].masks)"
		}
		c.mismatch(n, path, want)
		return nil
	}
	out, plugin := map[string]any{}, map[string]any{}
	pluginTypes, pluginKnown := map[string]reflect.Type{}, true
	var choice choice
	if optionsAt >= 0 {
		var options any
		choice = c.loader.choose(t)
		if path == scorerPath {
			choice.fallback = func() string { return "" }
		}
		options, pluginKnown = c.plugin(n, choice, path)
		if pluginKnown {
			optionsType := reflect.TypeOf(options).Elem()
			keys, _ := fields(optionsType)
			for _, f := range keys {
				known = append(known, f.key)
				pluginTypes[f.key] = optionsType.Field(f.index).Type
			}
			out["options"] = plugin
		}
	}
	for _, e := range n.entries {
		into, wanted := out, types[e.key]
		if wanted == nil {
			into, wanted = plugin, pluginTypes[e.key]
		}
		switch {
		case optionsAt >= 0 && e.key == choice.key && e.value.kind == mapping:
			c.optionsInName(e, choice, path)
		case wanted != nil:
			if value := c.check(e.value, wanted, join(path, e.key)); value != nil {
				into[e.key] = value
			}
		case e.key == "<<":
			c.report.add(e.position, join(path, e.key), "merge keys are not supported; write the keys out, or use extends")
		case pluginKnown: // else its keys are unknown
			c.report.add(e.position, join(path, e.key), "%v%s", unknownKey(n, path, e.key, known), choice.optionHint(e.key))
		}
	}
	return out
}

// optionsInName reports a plugin's name with its options in it, as in method: {name: tpe, startup: 3}.
func (c *checker) optionsInName(e entry, choice choice, path string) {
	example := ""
	for _, option := range e.value.entries {
		if option.key != choice.key && option.key != "name" && option.value.kind == scalar {
			example = ", as in " + join(path, option.key) + "=" + newSetting(option.key, option.value, option.position).Text
			break
		}
	}
	c.report.add(e.position, join(path, e.key), "is the name of a %s (known: %s); its options stand beside it%s", choice.kind, strings.Join(choice.names, ", "), example)
}

// plugin returns the default options of the plugin that n names, and whether it
// exists.
func (c *checker) plugin(n *node, choice choice, path string) (any, bool) {
	written, name := n.get(choice.key), ""
	if written == nil {
		name = choice.fallback()
	} else {
		name = written.text()
		if _, isText := written.value.(string); !isText {
			return nil, false // a wrong type, reported by check
		}
	}
	if name == "" && path == scorerPath && len(n.entries) <= 1 && written != nil {
		return nil, false // the run's own
	}
	if name == "" {
		c.report.add(n.position, path, "needs a %s, the name of a %s (known: %s)", choice.key, choice.kind, strings.Join(choice.names, ", "))
		return nil, false
	}
	options, err := choice.options(name)
	if err != nil {
		at := n.position
		if written != nil {
			at = written.position
		}
		c.report.add(at, join(path, choice.key), "%v", err)
		return nil, false
	}
	return options, true
}

// mismatch reports that n does not have the type described by want.
func (c *checker) mismatch(n *node, path, want string) {
	why, isUnusable := n.value.(unusable)
	switch {
	case isUnusable:
		c.report.add(n.position, path, "%s", string(why))
	case n.null():
		c.report.add(n.position, path, "has no value; write one, or leave the key out for its default")
	default:
		c.report.add(n.position, path, "must be %s, not %s", want, describe(n))
	}
}

// convertScalar returns n's value converted to t, or a description of what t accepts.
// Numbers are converted if exact: 500.0 and 1e3 are whole. Nothing else is converted.
func convertScalar(n *node, t reflect.Type) (value any, want string) {
	switch t.Kind() {
	case reflect.Bool:
		if v, ok := n.value.(bool); ok {
			return v, ""
		}
		return nil, "true or false"
	case reflect.String:
		if v, ok := n.value.(string); ok {
			return v, ""
		}
		return nil, "text (in quotes if it looks like a number)"
	case reflect.Int, reflect.Int64:
		switch v := n.value.(type) {
		case int64:
			return v, ""
		case float64:
			if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
				return int64(v), ""
			}
		}
		return nil, "a whole number"
	case reflect.Float64:
		switch v := n.value.(type) {
		case int64:
			return float64(v), ""
		case float64:
			return v, ""
		}
		return nil, "a number"
	}
	panic(fmt.Sprintf("config: an option of type %v; use bool, int, float64, string, a struct or a list of these", t))
}

// describe describes n in messages.
func describe(n *node) string {
	switch n.kind {
	case mapping:
		return "a mapping"
	case list:
		return "a list"
	}
	switch v := n.value.(type) {
	case nil:
		return "nothing"
	case string:
		return "the text " + quote(v)
	case unusable:
		return printable.Excerpt(string(v))
	default:
		return fmt.Sprint(v)
	}
}

// quote quotes at most a line of s for a message.
func quote(s string) string { return `"` + printable.Excerpt(s) + `"` }
