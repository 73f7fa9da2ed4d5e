package framework

import (
	"fmt"
	"slices"
	"strings"

	"runexp/internal/printable"
)

// A Registry maps the names that a config uses to plugins that make a T.
//
// It is a value that losses.Registry() and its like build; nothing is registered
// globally. Create one with NewRegistry: the zero value is not usable. Fill it before
// sharing it; it may then be read by several goroutines.
type Registry[T any] struct {
	kind    string
	entries map[string]Plugin[T]
	order   []string // names in order of registration
}

// A Plugin is one entry of a registry. Its option type is hidden behind any, so that
// plugins with different options fit in one registry.
type Plugin[T any] struct {
	Name string // [a-z][a-z0-9_-]*
	Doc  string // one line, shown by `runexp plugins`
	// Options returns a pointer to a new options struct with the plugin's defaults.
	// Fields carry a `config:"name"` tag and a `doc:"…"` tag. A string tagged
	// `config:"name,file"` is a path: relative to its YAML file in the config, absolute
	// when New is called. The file's content is part of a trial's identity. An option
	// added to a plugin that has been used is tagged `config:"name,optional=DEFAULT"`:
	// with this value it is left out of resolved configs, so that trials made before
	// keep their identity.
	Options func() any
	// New builds the plugin from decoded and validated Options.
	New func(options any) (T, error)
}

// Validator is implemented by option structs that restrict their values. Validate
// returns all problems joined (errors.Join), each a *FieldError if it concerns one field.
type Validator interface{ Validate() error }

// A FieldError is a problem of one option; package config adds file, line and key path.
type FieldError struct {
	Field   string // the option's config name
	Problem string // lower case, says what is accepted
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// Invalid returns a *FieldError with a formatted problem.
func Invalid(field, format string, args ...any) error {
	return &FieldError{Field: field, Problem: fmt.Sprintf(format, args...)}
}

// NewRegistry returns an empty registry; kind ("loss", "backbone", …) appears in messages.
func NewRegistry[T any](kind string) *Registry[T] {
	return &Registry[T]{kind: kind, entries: map[string]Plugin[T]{}}
}

// Register adds a plugin with options of type C. It panics on a duplicate name, which
// is a programming error.
func Register[T, C any](r *Registry[T], name, doc string, defaults func() C, build func(C) (T, error)) {
	if _, taken := r.entries[name]; taken {
		panic(fmt.Sprintf("two plugins register the %s %q", r.kind, name))
	}
	r.order = append(r.order, name)
	r.entries[name] = Plugin[T]{
		Name:    name,
		Doc:     doc,
		Options: func() any { c := defaults(); return &c },
		New:     func(options any) (T, error) { return build(*options.(*C)) },
	}
}

// Kind returns the kind of plugin: "loss", "backbone", "optimizer".
func (r *Registry[T]) Kind() string { return r.kind }

// Names returns the registered names in alphabetical order.
func (r *Registry[T]) Names() []string {
	names := make([]string, 0, len(r.entries))
	for name := range r.entries {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// All returns the plugins in order of registration.
func (r *Registry[T]) All() []Plugin[T] {
	all := make([]Plugin[T], len(r.order))
	for i, name := range r.order {
		all[i] = r.entries[name]
	}
	return all
}

// Lookup returns the plugin called name, or an error that lists the known names and
// suggests the nearest.
func (r *Registry[T]) Lookup(name string) (Plugin[T], error) {
	if p, ok := r.entries[name]; ok {
		return p, nil
	}
	return Plugin[T]{}, UnknownName(r.kind, name, r.Names())
}

// Describe implements Catalogue.
func (r *Registry[T]) Describe(name string) (doc string, options any, err error) {
	p, err := r.Lookup(name)
	if err != nil {
		return "", nil, err
	}
	return p.Doc, p.Options(), nil
}

// UnknownName is the error for a name that is not among known: it lists them and
// suggests the nearest, if one is near.
func UnknownName(kind, name string, known []string) error {
	hint := ""
	if near := Nearest(name, known); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("unknown %s \"%s\"%s (known: %s)", kind, printable.Excerpt(name), hint, ListNames(known))
}

// ListNames joins the first 50 names with commas for a message. Names are escaped, since
// they may come from a store.
func ListNames(known []string) string {
	list := make([]string, min(len(known), maxKnown))
	for i := range list {
		list[i] = printable.Excerpt(known[i])
	}
	if more := len(known) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("… %d more", more))
	}
	return strings.Join(list, ", ")
}

// maxKnown is how many names ListNames lists; maxNear is the longest name, in bytes,
// that Nearest compares: a mistyped name is shorter.
const (
	maxKnown = 50
	maxNear  = 200
)

// Nearest returns the candidate with the smallest edit distance to name, at most a third
// of its length (but at least two edits). If there is none, it returns the only candidate
// with the prefix name + "-", or "".
func Nearest(name string, candidates []string) string {
	best, bound := "", max(2, len(name)/3)+1
	if len(name) > maxNear {
		return ""
	}
	for _, c := range candidates {
		if len(c) > maxNear {
			continue
		}
		if d := editDistance(strings.ToLower(name), strings.ToLower(c)); d < bound {
			best, bound = c, d
		}
	}
	if best == "" && name != "" {
		begun := slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return !strings.HasPrefix(c, name+"-") })
		if len(begun) == 1 {
			return begun[0]
		}
	}
	return best
}

// editDistance is the Levenshtein distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
