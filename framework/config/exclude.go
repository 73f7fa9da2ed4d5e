package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"runexp/framework"
)

// An Expression is a condition on the settings of a trial, in the language of
// github.com/expr-lang/expr. A swept path evaluates to its value: a number, a text, true
// or false, and anything else as its YAML on one line. So does any other path written in
// the config, such as one whose sweep was overridden or one that the trial does not set. The
// position of a list item is written as .0 or [0].
// pair.content and pair.style are names of files without folder and extension, in exclude
// only. get("path") is for paths that are not valid identifiers, such as names with a dash.
type Expression struct {
	text    string
	program *vm.Program
	paths   []string
	fixed   map[string]any // values of paths that are not swept
}

// String is the expression as written.
func (e *Expression) String() string { return e.text }

// MarshalText writes the expression as written.
func (e *Expression) MarshalText() ([]byte, error) { return []byte(e.text), nil }

// Excluded returns the index in Exclude of the first expression that excludes the
// trial with these settings and this pair (−1 without pairs), −1 if there is none. The
// error is a Problems: an expression that fails for these values.
func (s *Sweep) Excluded(settings []Setting, pair int) (int, error) {
	if len(s.Exclude) == 0 {
		return -1, nil
	}
	values := s.operandsOf(settings)
	if pair >= 0 {
		values["pair.content"], values["pair.style"] = s.Pairs[pair].content, s.Pairs[pair].style
	}
	for i, e := range s.Exclude {
		if out, err := s.evaluate(e, indexed("exclude", i), values, settings); out || err != nil {
			return i, err
		}
	}
	return -1, nil
}

// Sets reports whether parameter i is set in a trial with these settings of the parameters
// before it. The error is a Problems: an expression that fails for these values.
func (s *Sweep) Sets(i int, earlier []Setting) (bool, error) {
	when := s.Parameters[i].When
	if when == nil {
		return true, nil
	}
	return s.evaluate(when, join(indexed("parameters", i), "when"), s.operandsOf(earlier), earlier)
}

// operandsOf returns the values of swept paths in expressions.
func (s *Sweep) operandsOf(settings []Setting) map[string]any {
	values := map[string]any{}
	maps.Copy(values, s.unset)
	for _, setting := range settings {
		values[dotted(setting.Path)] = setting.operand()
	}
	return values
}

// evaluate evaluates the expression at a key of the sweep.
func (s *Sweep) evaluate(e *Expression, at string, values map[string]any, settings []Setting) (bool, error) {
	maps.Copy(values, e.fixed)
	out, err := expr.Run(e.program, values)
	if err == nil {
		return out == true, nil
	}
	hint := ""
	for _, path := range e.paths {
		if own, can := s.unset[path]; can && own == nil && values[path] == nil {
			hint = fmt.Sprintf("; %s is not set there, and has no value unless the config has the key", path)
		}
	}
	return false, s.Problem(at, "cannot be evaluated for %s: %s%s", describeSettings(settings), firstLine(err), hint)
}

// dotted returns a path as written in expressions: stages[0].size is stages.0.size.
func dotted(path string) string { return strings.Join(segments(path), ".") }

// operand is the setting's value in an expression.
func (s Setting) operand() any {
	switch v := s.Value.(type) {
	case int64:
		return float64(v)
	case bool, float64, string, nil:
		return v
	}
	return s.Text
}

func describeSettings(settings []Setting) string {
	parts := make([]string, len(settings))
	for i, s := range settings {
		parts[i] = s.Path + "=" + s.Text
	}
	return strings.Join(parts, " ")
}

// exclusion compiles one expression of exclude.
func (r *sweepReader) exclusion(i int, text string) {
	env := r.operands(len(r.sweep.Parameters))
	if len(r.sweep.Pairs) > 0 {
		env["pair.content"], env["pair.style"] = types.String, types.String
	}
	if e := r.expression(indexed("exclude", i), text, env, func(path string) error { return r.checkFixed(path, len(r.sweep.Parameters)) }); e != nil {
		r.sweep.Exclude = append(r.sweep.Exclude, e)
	}
}

// condition compiles the expression of a parameter's when, over those before it.
func (r *sweepReader) condition(i int, text string) {
	at := join(indexed("parameters", i), "when")
	if !r.written(at) {
		return
	}
	p := &r.sweep.Parameters[i]
	p.When = r.expression(at, text, r.operands(i), func(path string) error {
		if path == "pair.content" || path == "pair.style" {
			return errors.New("a parameter is set for all pairs or for none; exclude can depend on the pair")
		}
		return r.checkFixed(path, i)
	})
	for _, path := range p.Paths {
		var own any
		if n, written := r.base.find(path); written {
			own = newSetting(path, n, n.position).operand()
		}
		if r.sweep.unset == nil {
			r.sweep.unset = map[string]any{}
		}
		r.sweep.unset[dotted(path)] = own
	}
}

// expression compiles an expression over the names in env and, as far as check allows it,
// other paths of the config. It returns nil after a problem.
func (r *sweepReader) expression(at, text string, env types.Map, check func(path string) error) *Expression {
	fail := func(err error) *Expression {
		r.add(at, "%s (in %s)", firstLine(err), strconv.Quote(text))
		return nil
	}
	source := bracketed(text)
	tree, err := parser.Parse(source)
	if err != nil {
		return fail(err)
	}
	fixed := map[string]any{}
	collector := &pathCollector{inner: map[ast.Node]bool{}}
	ast.Walk(&tree.Node, collector)
	for _, path := range collector.paths() {
		if _, known := env[path]; known {
			continue
		}
		if err := check(path); err != nil {
			return fail(err)
		}
		n, written := r.base.find(path)
		if !written {
			return fail(framework.UnknownName("path", path, slices.Sorted(maps.Keys(env))))
		}
		fixed[path] = newSetting(path, n, n.position).operand()
		env[path] = typeOf(fixed[path])
	}
	get := expr.Function("get", func(args ...any) (any, error) { return args[0], nil }, new(func(any) any))
	program, err := expr.Compile(source, expr.Env(env), expr.AsBool(), expr.Patch(pathPatcher{env}), get)
	if err != nil {
		return fail(err)
	}
	return &Expression{text, program, collector.paths(), fixed}
}

// bracketed writes the positions of list items as the language does: stages.0.size, as it is
// written everywhere else, becomes stages[0].size. Texts, comments and numbers stay.
func bracketed(text string) string {
	const other = `'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|` + "`[^`]*`" + `|/\*.*?\*/|//[^\n]*|[0-9]\w*(?:\.[0-9]\w*)?`
	const path = `[\pL_$][\pL\d_$]*(?:\.[\pL\d_$]+|\[\d+\])+`
	position := regexp.MustCompile(`\.(\d+)([.[]|$)`)
	return regexp.MustCompile(`(?s)`+other+`|`+path).ReplaceAllStringFunc(text, func(token string) string {
		if first, _ := utf8.DecodeRuneInString(token); !unicode.IsLetter(first) && first != '_' && first != '$' {
			return token
		}
		for position.MatchString(token) { // neighbours share a dot
			token = position.ReplaceAllString(token, "[$1]$2")
		}
		return token
	})
}

// checkFixed returns an error for a path whose value differs between trials, because a
// part of it, or a mapping or list that it is in, is swept. Parameters from number later on
// cannot be used at all.
func (r *sweepReader) checkFixed(path string, later int) error {
	for i, p := range r.sweep.Parameters {
		for _, swept := range p.Paths {
			switch {
			case !overlap(r.base.canonical(path), r.base.canonical(swept)):
			case i >= later:
				return fmt.Errorf("%s is swept by parameters[%d], and only those before this one can be used; change their order", path, i)
			default:
				return fmt.Errorf("%s overlaps with %s, which is swept; compare %[2]s as a whole", path, swept)
			}
		}
	}
	for _, pair := range r.sweep.Pairs {
		for _, s := range pair.settings {
			if overlap(r.base.canonical(path), segments(s.Path)) {
				return fmt.Errorf("%s is set by pairs; compare pair.content or pair.style", path)
			}
		}
	}
	return nil
}

// operands returns the types of the first n parameters' paths in expressions.
func (r *sweepReader) operands(n int) types.Map {
	env := types.Map{}
	for _, p := range r.sweep.Parameters[:n] {
		for k, path := range p.Paths {
			for i, level := range p.probeLevels() {
				if k >= len(level) {
					continue // a zip with a problem
				}
				t := typeOf(level[k].operand())
				if i > 0 && !t.Equal(env[dotted(path)]) {
					t = types.Any // checked at run time
				}
				env[dotted(path)] = t
			}
			if own, can := r.sweep.unset[dotted(path)]; can && !typeOf(own).Equal(env[dotted(path)]) {
				env[dotted(path)] = types.Any
			}
		}
	}
	return env
}

func typeOf(operand any) types.Type {
	switch operand.(type) {
	case float64:
		return types.Float64
	case string:
		return types.String
	case bool:
		return types.Bool
	}
	return types.Any
}

// pathOf returns the path that a node denotes, losses.tv.weight or get("…"), "" if it
// is not a path.
func pathOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if ok && callee.Value == "get" && len(n.Arguments) == 1 {
			if path, ok := n.Arguments[0].(*ast.StringNode); ok {
				return dotted(path.Value)
			}
		}
	case *ast.BuiltinNode:
		if n.Name == "get" && len(n.Arguments) == 1 {
			if path, ok := n.Arguments[0].(*ast.StringNode); ok {
				return dotted(path.Value)
			}
		}
	case *ast.MemberNode:
		outer := pathOf(n.Node)
		switch property := n.Property.(type) {
		case *ast.StringNode:
			if outer != "" {
				return outer + "." + property.Value
			}
		case *ast.IntegerNode:
			if outer != "" {
				return outer + "." + strconv.Itoa(property.Value)
			}
		}
	}
	return ""
}

// pathCollector collects the longest paths in an expression.
type pathCollector struct {
	nodes []ast.Node
	inner map[ast.Node]bool
}

// Visit is called for inner nodes first.
func (c *pathCollector) Visit(n *ast.Node) {
	switch outer := (*n).(type) {
	case *ast.MemberNode:
		c.inner[outer.Node] = true
	case *ast.CallNode:
		c.inner[outer.Callee] = true
	}
	if pathOf(*n) != "" {
		c.nodes = append(c.nodes, *n)
	}
}

func (c *pathCollector) paths() []string {
	var paths []string
	for _, n := range c.nodes {
		if !c.inner[n] {
			paths = append(paths, pathOf(n))
		}
	}
	return paths
}

// pathPatcher replaces every path with one identifier that contains the dots.
type pathPatcher struct{ env types.Map }

// Visit is called for inner nodes first.
func (s pathPatcher) Visit(n *ast.Node) {
	path := pathOf(*n)
	if _, known := s.env[path]; !known {
		return
	}
	if _, done := (*n).(*ast.IdentifierNode); !done {
		ast.Patch(n, &ast.IdentifierNode{Value: path})
	}
}

// firstLine returns an expression's error without the source excerpt.
func firstLine(err error) string {
	var at *file.Error
	if errors.As(err, &at) {
		return at.Message
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
