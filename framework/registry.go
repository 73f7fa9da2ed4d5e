package framework

import (
	"fmt"
	"slices"
	"strings"

	"runexp/internal/printable"
)

// A Registry maps the names that a config uses to plugins that make a T.
//
// It is a value: losses.Registry() and its like build one and nothing is
// registered behind the reader's back. The zero value is not usable; see
// NewRegistry. A registry is filled before it is shared and only read after.
type Registry[T any] struct {
	kind    string
	entries map[string]Plugin[T]
	order   []string // names as they were registered
}

// A Plugin is one entry of a registry. Its own option type is hidden behind
// any, so that plugins with different options live in one registry.
type Plugin[T any] struct {
	Name string // [a-z][a-z0-9_-]*
	Doc  string // one line, shown by `runexp plugins`
	// Options returns a pointer to a fresh options struct filled with the
	// plugin's defaults. Fields carry a `config:"name"` tag and a `doc:"…"` tag. A text
	// tagged `config:"name,file"` is the path of a file: relative to the YAML file that
	// wrote it, absolute when New has it, and part of what a trial means by its content.
	Options func() any
	// New builds the plugin from what Options returned, decoded and validated.
	New func(options any) (T, error)
}

// Validator is implemented by option structs that restrict their values. It
// returns every problem at once (errors.Join), each a *FieldError where one
// field is to blame.
type Validator interface{ Validate() error }

// A FieldError says what is wrong with one option, so that the config package
// can add file, line and key path.
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

// Register adds a plugin whose options are a C. A second plugin of the same
// name is a programmer's mistake and panics.
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

// Kind returns what the registry holds: "loss", "backbone", "optimizer".
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

// All returns the plugins in the order in which they were registered.
func (r *Registry[T]) All() []Plugin[T] {
	all := make([]Plugin[T], len(r.order))
	for i, name := range r.order {
		all[i] = r.entries[name]
	}
	return all
}

// Lookup returns the plugin called name, or an error that lists the known
// names and the nearest one.
func (r *Registry[T]) Lookup(name string) (Plugin[T], error) {
	if p, ok := r.entries[name]; ok {
		return p, nil
	}
	return Plugin[T]{}, UnknownName(r.kind, name, r.Names())
}

// Describe is part of Catalogue.
func (r *Registry[T]) Describe(name string) (doc string, options any, err error) {
	p, err := r.Lookup(name)
	if err != nil {
		return "", nil, err
	}
	return p.Doc, p.Options(), nil
}

// UnknownName is the error for a name that is not among known: it names the
// nearest one, if one is near, and lists them all.
func UnknownName(kind, name string, known []string) error {
	hint := ""
	if near := Nearest(name, known); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("unknown %s \"%s\"%s (known: %s)", kind, printable.Excerpt(name), hint, ListNames(known))
}

// ListNames lists names for a message, with commas, the first 50 of them; they may
// be a store's.
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

// maxKnown is how many names ListNames lists, and maxNear the longest name, in
// bytes, that Nearest compares: a mistyped name is shorter.
const (
	maxKnown = 50
	maxNear  = 200
)

// Nearest returns the candidate with the smallest edit distance to name; if none is
// within a third of its length (and at least two edits), the only one that name is
// the beginning of, up to a hyphen; or "".
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

// editDistance is Levenshtein's: insertions, deletions and substitutions of bytes.
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
