package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"runexp/framework"
	"runexp/internal/printable"
)

// Limits of a search.
const (
	longest = 4096 // bytes
	deepest = 64   // parentheses and nots within each other
	most    = 200  // comparisons, and values of a list: SQLite takes seconds for thousands, and then refuses
)

// A ParseError says where a search or a field cannot be read, and why.
type ParseError struct {
	Of   string // what it is, as in "the order"; "" for the filter
	Text string
	At   int // bytes from its start
	Why  string
}

func (e *ParseError) Error() string {
	of := cmp.Or(e.Of, "the filter")
	if e.Text == "" {
		return of + ": " + e.Why
	}
	before := printable.Text(e.Text[:e.At])
	return fmt.Sprintf("%s, character %d: %s\n  %s\n  %s^", of, len([]rune(e.Text[:e.At]))+1, e.Why,
		printable.Text(e.Text), strings.Repeat(" ", len([]rune(before))))
}

// Parse reads a search. An empty one is nil, and selects all runs. Errors: *ParseError.
func Parse(text string) (Condition, error) {
	if len(text) > longest {
		return nil, &ParseError{Why: fmt.Sprintf("it has %d bytes, and may have %d; shorten it", len(text), longest)}
	}
	tokens, err := scan(text)
	if err != nil {
		return nil, err
	}
	p := parser{text: text, tokens: tokens}
	if p.peek().kind == end {
		return nil, nil
	}
	c, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.bad(t, "after a condition comes and, or, or the end, not \"%s\"", printable.Excerpt(t.text))
	}
	return c, nil
}

// ParseField reads a field alone, as the columns and the order of a listing name it.
func ParseField(text string) (Field, error) {
	tokens, err := scan(text)
	if err != nil {
		return Field{}, err
	}
	p := parser{text: text, tokens: tokens}
	f, err := p.field()
	if err == nil && p.peek().kind != end {
		err = p.bad(p.peek(), "one field is wanted here")
	}
	return f, err
}

type tokenKind int

const (
	end tokenKind = iota
	word
	quoted
	operator
	open
	closing
	comma
)

type token struct {
	kind tokenKind
	text string
	at   int
	tail bool // directly after the token before it
}

// inWord reports whether a character is part of a bare word.
func inWord(r rune) bool {
	return !unicode.IsSpace(r) && unicode.IsPrint(r) && !strings.ContainsRune(`()',"=!<>~`, r)
}

// scan cuts a text into tokens, the last of which is end.
func scan(text string) ([]token, error) {
	var list []token
	last := -1 // where the token before ended
	for at := 0; at < len(text); {
		rest := text[at:]
		first := []rune(rest[:min(len(rest), 4)])[0]
		t := token{at: at, tail: at == last}
		size := 0
		switch {
		case unicode.IsSpace(first):
			at += len(string(first))
			continue
		case first == '\'' || first == '"':
			inside, n, closed := unquote(rest)
			if !closed {
				return nil, &ParseError{Text: text, At: at, Why: fmt.Sprintf("this quote has no end; add %c", first)}
			}
			t.kind, t.text, size = quoted, inside, n
		case strings.ContainsRune("(),", first):
			t.kind, t.text, size = map[rune]tokenKind{'(': open, ')': closing, ',': comma}[first], string(first), 1
		case strings.ContainsRune("=!<>~", first):
			size = len(rest) - len(strings.TrimLeft(rest, "=!<>~"))
			t.kind, t.text = operator, rest[:size]
		case inWord(first):
			size = strings.IndexFunc(rest, func(r rune) bool { return !inWord(r) })
			if size < 0 {
				size = len(rest)
			}
			t.kind, t.text = word, rest[:size]
		default:
			return nil, &ParseError{Text: text, At: at, Why: "a character that does not print; leave it out"}
		}
		list = append(list, t)
		at += size
		last = at
	}
	return append(list, token{kind: end, at: len(text)}), nil
}

// unquote reads a text in quotes at the start of rest, and how many bytes it takes.
func unquote(rest string) (inside string, size int, closed bool) {
	mark := rest[:1]
	var b strings.Builder
	for at := 1; ; {
		n := strings.Index(rest[at:], mark)
		if n < 0 {
			return "", 0, false
		}
		b.WriteString(rest[at : at+n])
		at += n + 1
		if !strings.HasPrefix(rest[at:], mark) {
			return b.String(), at, true
		}
		b.WriteString(mark)
		at++
	}
}

type parser struct {
	text   string
	tokens []token
	count  int // of comparisons
	values int // in all lists
}

func (p *parser) peek() token { return p.tokens[0] }

func (p *parser) next() token {
	t := p.tokens[0]
	if t.kind != end {
		p.tokens = p.tokens[1:]
	}
	return t
}

// keyword takes a bare word in any case, if it is the next token.
func (p *parser) keyword(name string) bool {
	if t := p.peek(); t.kind != word || !strings.EqualFold(t.text, name) {
		return false
	}
	p.next()
	return true
}

func (p *parser) bad(t token, format string, args ...any) error {
	return &ParseError{Text: p.text, At: t.at, Why: fmt.Sprintf(format, args...)}
}

func (p *parser) or(depth int) (Condition, error) {
	left, err := p.and(depth)
	for err == nil && p.keyword("or") {
		var right Condition
		if right, err = p.and(depth); err == nil {
			left = Or{left, right}
		}
	}
	return left, err
}

func (p *parser) and(depth int) (Condition, error) {
	left, err := p.not(depth)
	for err == nil && p.keyword("and") {
		var right Condition
		if right, err = p.not(depth); err == nil {
			left = And{left, right}
		}
	}
	return left, err
}

func (p *parser) not(depth int) (Condition, error) {
	t := p.peek()
	if depth > deepest {
		return nil, p.bad(t, "more than %d levels of parentheses; write it with fewer", deepest)
	}
	if p.keyword("not") {
		c, err := p.not(depth + 1)
		return Not{c}, err
	}
	if t.kind != open {
		return p.comparison()
	}
	p.next()
	c, err := p.or(depth + 1)
	if err == nil && p.next().kind != closing {
		err = p.bad(t, "this parenthesis has no end; add )")
	}
	return c, err
}

// field reads metrics.NAME, params.PATH or an attribute.
func (p *parser) field() (Field, error) {
	t := p.next()
	if t.kind != word {
		return Field{}, p.bad(t, "a field is wanted here: metrics.NAME, params.PATH, or one of %s", framework.ListNames(attributeNames()))
	}
	prefix, name, dotted := strings.Cut(t.text, ".")
	kind := Kind(strings.ToLower(prefix))
	switch {
	case dotted && (kind == "metric" || kind == "param"): // MLflow reads both too
		kind += "s"
	case dotted && kind == "attributes":
		kind, t.text = Attribute, name
	}
	if dotted && (kind == Metric || kind == Param) {
		if next := p.peek(); name == "" && next.kind == quoted && next.tail {
			p.next()
			name = next.text
		}
		if name == "" {
			return Field{}, p.bad(t, "a name follows %s., as in metrics.eval/style or params.optimizer", kind)
		}
		return Field{kind, name}, nil
	}
	name = strings.ToLower(t.text)
	if !slices.Contains(attributeNames(), name) {
		return Field{}, p.bad(t, "%v; metrics and settings are metrics.NAME and params.PATH", framework.UnknownName("field", t.text, attributeNames()))
	}
	return Field{Attribute, name}, nil
}

func attributeNames() (names []string) {
	for _, a := range Attributes() {
		names = append(names, a.Name)
	}
	return names
}

// comparison reads a field with what it is compared with.
func (p *parser) comparison() (Condition, error) {
	f, err := p.field()
	if err != nil {
		return nil, err
	}
	c := Comparison{Field: f}
	t := p.peek()
	if p.count++; p.count > most {
		return nil, p.bad(t, "more than %d comparisons; use in (…) for many values", most)
	}
	switch {
	case t.kind == operator:
		p.next()
		c.Op = Op(t.text)
		if t.text == "==" {
			c.Op = Equal
		}
		if !slices.Contains([]Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains}, c.Op) {
			return nil, p.bad(t, "there is no operator %s; use = != < <= > >= or ~ (contains)", t.text)
		}
		value, err := p.value(f, c.Op)
		c.Values = []string{value}
		return c, err
	case p.keyword("in"):
		c.Op = In
		c.Values, err = p.list(f)
		return c, err
	}
	return c, nil
}

// list reads values in parentheses.
func (p *parser) list(f Field) (values []string, err error) {
	if t := p.next(); t.kind != open {
		return nil, p.bad(t, "values in parentheses follow in, as in status in (failed, lost)")
	}
	for {
		value, err := p.value(f, In)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
		if p.values++; p.values > most {
			return nil, p.bad(p.peek(), "more than %d values in lists", most)
		}
		switch t := p.next(); t.kind {
		case closing:
			return values, nil
		case comma:
		default:
			return nil, p.bad(t, "a comma or ) follows a value in a list")
		}
	}
}

// value reads a value that the field can be compared with.
func (p *parser) value(f Field, op Op) (string, error) {
	t := p.next()
	if t.kind != word && t.kind != quoted {
		return "", p.bad(t, "a value is wanted here; a text with spaces or signs stands in quotes")
	}
	typed, err := TypeOf(f)
	if err != nil {
		return "", err
	}
	_, isNumber := ToNumber(t.text)
	switch {
	case op == Contains && typed != Text:
		return "", p.bad(t, "%s is a %s; ~ compares texts", f, typed)
	case typed == Number && !isNumber:
		return "", p.bad(t, "%s is a number, and \"%s\" is none", f, printable.Excerpt(t.text))
	case typed == Time:
		if _, err := ToTime(t.text); err != nil {
			return "", p.bad(t, "%s is a time, as in 2026-11-01 or 2026-11-01T14:30", f)
		}
	case typed == Flag && t.text != "true" && t.text != "false":
		return "", p.bad(t, "%s is true or false", f)
	case f == Field{Attribute, "status"} && op != Contains && !slices.Contains(statusNames(), t.text):
		return "", p.bad(t, "%v", framework.UnknownName("status", t.text, statusNames()))
	case f.Kind == Attribute && typed == Text && slices.Contains([]Op{Less, LessEqual, Greater, GreaterEqual}, op):
		return "", p.bad(t, "%s is a text; compare it by = != ~ (contains) or in", f)
	case f.Kind != Metric && typed == Text && !isNumber && slices.Contains([]Op{Less, LessEqual, Greater, GreaterEqual}, op):
		return "", p.bad(t, "%s compares numbers, and \"%s\" is none", op, printable.Excerpt(t.text))
	}
	return t.text, nil
}

func statusNames() []string {
	return []string{"finished", "failed", "running", "killed", "pruned", "lost"}
}

// ToNumber reads a finite number.
func ToNumber(text string) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil && !math.IsInf(v, 0) && !math.IsNaN(v) && !strings.ContainsAny(text, "xX_")
}

// IsDay reports whether a time is a day alone, which is compared with days.
func IsDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// ToTime reads a day, or a time of one, in UTC.
func ToTime(text string) (t time.Time, err error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04"} {
		if t, err = time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Parse(time.RFC3339Nano, text)
}
