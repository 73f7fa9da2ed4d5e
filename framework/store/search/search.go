// Package search is the language in which people select runs:
//
//	metrics.eval/style < 0.2 and params.optimizer = adam
//	status in (failed, lost) or (star and not tag = seen)
//	started >= 2026-11-01 and content ~ "golden gate"
//
// A condition compares a field with a value, by = != < <= > >= or ~, which is true if a text
// contains the other, in small letters or capitals from A to Z. A day alone is compared with days. A field alone is true if the run has it.
// != is true of a run that has the field, and no value of it that is equal; of a mark (star, tag, note) also of a run that
// has none. Conditions are joined by and, or, not and parentheses. A value, or a name after metrics. or params., with
// spaces, commas, quotes or parentheses stands in quotes, single or double; a quote in it is
// doubled.
//
// Parse reads it; framework/store turns the result into SQL.
package search

import (
	"fmt"
	"strings"
)

// A Condition is And, Or, Not or Comparison.
type Condition interface{ condition() }

// And is true if both are.
type And struct{ Left, Right Condition }

// Or is true if either is.
type Or struct{ Left, Right Condition }

// Not is true if the other is not.
type Not struct{ Of Condition }

// A Comparison compares a field with one of several values.
type Comparison struct {
	Field  Field
	Op     Op
	Values []string // one; several for In; none for Has
}

func (And) condition()        {}
func (Or) condition()         {}
func (Not) condition()        {}
func (Comparison) condition() {}

// Fields lists the fields of a condition.
func Fields(c Condition) []Field {
	switch c := c.(type) {
	case And:
		return append(Fields(c.Left), Fields(c.Right)...)
	case Or:
		return append(Fields(c.Left), Fields(c.Right)...)
	case Not:
		return Fields(c.Of)
	case Comparison:
		return []Field{c.Field}
	}
	return nil
}

// An Op is how a field is compared.
type Op string

// The operators.
const (
	Equal        Op = "="
	NotEqual     Op = "!="
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
	Contains     Op = "~"
	In           Op = "in"
	Has          Op = "" // the field alone
)

// A Kind is what a field is a part of.
type Kind string

// The kinds of fields.
const (
	Metric    Kind = "metrics"
	Param     Kind = "params"
	Attribute Kind = ""
)

// A Field is a metric's last value (metrics.eval/style), a setting (params.losses.style.weight, or
// the end of its path: params.optimizer) or an attribute of the run.
type Field struct {
	Kind Kind
	Name string
}

// String returns the field as it is written.
func (f Field) String() string {
	name := f.Name
	if f.Kind == Attribute {
		return name
	}
	if strings.ContainsFunc(name, func(r rune) bool { return !inWord(r) }) || name == "" {
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return string(f.Kind) + "." + name
}

// An Attr is an attribute of runs.
type Attr struct {
	Name string
	Type Type
	Doc  string
}

// A Type is how an attribute's values are compared.
type Type string

// The types of attributes.
const (
	Number Type = "number"
	Text   Type = "text"
	Time   Type = "time" // 2026-11-01, or with a time after it: 2026-11-01T14:30
	Flag   Type = "flag" // true or false
)

// Attributes lists the attributes of runs.
func Attributes() []Attr {
	return []Attr{
		{"run", Number, "the run's number"},
		{"uid", Text, "the run's uid, 32 hexadecimal digits"},
		{"experiment", Text, "the name in its config"},
		{"sweep", Number, "the number of a sweep that it counts in"},
		{"status", Text, "finished, failed, running, killed, pruned or lost"},
		{"message", Text, "why it ended so"},
		{"flaw", Text, "what is wrong with its picture: unchanged, black, saturated, grey or not finite"},
		{"scorer", Text, "the first digits of the hash of the newest scorer of its picture, whose values metrics.eval/… are: those of different scorers do not compare"},
		{"iterations", Number, "iterations made"},
		{"loss", Number, "the last total loss"},
		{"seconds", Number, "how long it took"},
		{"started", Time, "when it started, UTC"},
		{"attempt", Number, "among runs of the same trial, from 1"},
		{"seed", Number, "its seed"},
		{"content", Text, "the file name of its content image, without folders"},
		{"style", Text, "the file name of one of its style images"},
		{"star", Flag, "whether it has a star"},
		{"tag", Text, "one of its tags"},
		{"note", Text, "its note"},
	}
}

// TypeOf returns the type of a field: metrics are numbers, settings either.
func TypeOf(f Field) (Type, error) {
	switch f.Kind {
	case Metric:
		return Number, nil
	case Param:
		return Text, nil
	}
	for _, a := range Attributes() {
		if a.Name == f.Name {
			return a.Type, nil
		}
	}
	return "", fmt.Errorf("there is no field %q", f.Name)
}
