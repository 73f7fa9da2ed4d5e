package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"runexp/internal/printable"
)

// A Problem is one thing wrong with a config.
type Problem struct {
	File         string // as the user wrote it, "preset NAME" or "command line"
	Line, Column int    // from 1; 0 if there is none
	Path         string // key path, losses.style.layers[1]; "" for the whole file
	Message      string // lower case; names what is accepted
}

// String returns `file:line:col: path: message` without empty parts.
func (p Problem) String() string {
	where := printable.Text(p.File)
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", where, p.Line, p.Column)
	}
	parts := slices.DeleteFunc([]string{where, shortPath(p.Path), truncate(p.Message)}, func(s string) bool { return s == "" })
	return strings.Join(parts, ": ")
}

// shortPath returns a printable key path with each key shortened to an excerpt.
func shortPath(path string) string {
	keys := strings.Split(path, ".")
	if len(keys) > maxDepth {
		keys = append(keys[:maxDepth], "…")
	}
	for i, key := range keys {
		keys[i] = printable.Excerpt(key)
	}
	return strings.Join(keys, ".")
}

// maxMessage is the maximum length of a printed message in bytes. It limits messages of
// plugins and libraries; quotes in this package's messages are already shortened.
const maxMessage = 4096

func truncate(message string) string {
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	return printable.Text(message)
}

// Problems is everything wrong with a config, sorted by file, line and column.
type Problems []Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// report collects problems.
type report struct{ problems Problems }

func (r *report) add(at position, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{
		File:    at.source.name,
		Line:    at.line,
		Column:  at.column,
		Path:    path,
		Message: fmt.Sprintf(format, args...),
	})
}

// merge adds the problems of other.
func (r *report) merge(other *report) {
	r.problems = append(r.problems, other.problems...)
}

// err returns the problems, sorted and without duplicates, or nil.
func (r *report) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message), // for Compact
		)
	})
	return slices.Compact(r.problems)
}

// concerns reports whether there is a problem at path, above it or below it. Later
// problems at path then only follow from that one.
func (ps Problems) concerns(path string) bool {
	return slices.ContainsFunc(ps, func(p Problem) bool {
		return p.Path == path || within(p.Path, path) || within(path, p.Path)
	})
}

// within reports whether path is inside the mapping or list at outer.
func within(path, outer string) bool {
	rest, ok := strings.CutPrefix(path, outer)
	return ok && outer != "" && (strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, "["))
}
