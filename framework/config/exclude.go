package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"runexp/framework"
)

// An Exclusion is an expression that excludes the trials for which it is true, in the
// language of github.com/expr-lang/expr. A swept path evaluates to its value: a
// number, a text, true or false, and anything else as its YAML on one line. So does
// any other path written in the config, such as one whose sweep was overridden.
// pair.content and pair.style are names of files without folder and extension.
// get("path") is for paths that are not valid identifiers, such as names with a dash.
type Exclusion struct {
	text    string
	program *vm.Program
	fixed   map[string]any // values of paths that are not swept
}

// String is the expression as written.
func (e *Exclusion) String() string { return e.text }

// MarshalText writes the expression as written.
func (e *Exclusion) MarshalText() ([]byte, error) { return []byte(e.text), nil }

// Excluded returns the index in Exclude of the first expression that excludes the
// trial with these settings and this pair (−1 without pairs), −1 if there is none. The
// error is a Problems: an expression that fails for these values.
func (s *Sweep) Excluded(settings []Setting, pair int) (int, error) {
	if len(s.Exclude) == 0 {
		return -1, nil
	}
	values := map[string]any{}
	for _, setting := range settings {
		values[dotted(setting.Path)] = setting.operand()
	}
	if pair >= 0 {
		values["pair.content"], values["pair.style"] = s.Pairs[pair].content, s.Pairs[pair].style
	}
	for i, e := range s.Exclude {
		maps.Copy(values, e.fixed)
		out, err := expr.Run(e.program, values)
		if err != nil {
			return -1, s.Problem(indexed("exclude", i), "cannot be evaluated for %s: %s", describeSettings(settings), firstLine(err))
		}
		if out == true {
			return i, nil
		}
	}
	return -1, nil
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

// exclusion compiles one expression.
func (r *sweepReader) exclusion(i int, text string) {
	at := indexed("exclude", i)
	fail := func(err error) { r.add(at, "%s (in %s)", firstLine(err), strconv.Quote(text)) }
	tree, err := parser.Parse(text)
	if err != nil {
		fail(err)
		return
	}
	env, fixed := r.operands(), map[string]any{}
	collector := &pathCollector{inner: map[ast.Node]bool{}}
	ast.Walk(&tree.Node, collector)
	for _, path := range collector.paths() {
		if _, known := env[path]; known {
			continue
		}
		if err := r.checkFixed(path); err != nil {
			fail(err)
			return
		}
		n, written := r.base.find(path)
		if !written {
			fail(framework.UnknownName("path", path, slices.Sorted(maps.Keys(env))))
			return
		}
		fixed[path] = newSetting(path, n, n.position).operand()
		env[path] = typeOf(fixed[path])
	}
	get := expr.Function("get", func(args ...any) (any, error) { return args[0], nil }, new(func(any) any))
	program, err := expr.Compile(text, expr.Env(env), expr.AsBool(), expr.Patch(pathPatcher{env}), get)
	if err != nil {
		fail(err)
		return
	}
	r.sweep.Exclude = append(r.sweep.Exclude, &Exclusion{text, program, fixed})
}

// checkFixed returns an error for a path whose value differs between trials, because a
// part of it, or a mapping or list that it is in, is swept.
func (r *sweepReader) checkFixed(path string) error {
	for _, p := range r.sweep.Parameters {
		for _, swept := range p.Paths {
			if overlap(r.base.canonical(path), r.base.canonical(swept)) {
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

// operands returns the types of the names that an expression can use.
func (r *sweepReader) operands() types.Map {
	env := types.Map{}
	for _, p := range r.sweep.Parameters {
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
		}
	}
	if len(r.sweep.Pairs) > 0 {
		env["pair.content"], env["pair.style"] = types.String, types.String
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
