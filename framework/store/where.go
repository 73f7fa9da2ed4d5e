package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"runexp/framework/store/search"
	"runexp/internal/flow"
)

// An Order sorts runs by a field; those without it come last.
type Order struct {
	Field      search.Field
	Descending bool
}

// A translator turns fields and conditions into SQL on the tables of runTables.
type translator struct {
	marks bool     // the store has marks
	old   bool     // settings are of older versions, see oldSetting
	lost  []int64  // runs that say they are running, and whose process is dead
	paths []string // of params, sorted; nil: not read, none is needed
	args  []any
}

// newTranslator reads what the translation of these fields depends on.
func (s *Store) newTranslator(ctx context.Context, db *sql.DB, fields []search.Field) (*translator, error) {
	t := &translator{}
	version, err := identify(ctx, db, true)
	if err != nil {
		return nil, err
	}
	t.marks, t.old = version >= marksVersion, version < settingsFrom
	if slices.ContainsFunc(fields, isStatus) {
		rows, err := collect(ctx, db, (*runRow).columns, summaryOfRuns+runTables+` WHERE r.status = 'running'`)
		if err != nil {
			return nil, err
		}
		for now, i := time.Now(), 0; i < len(rows); i++ {
			if rows[i].correctStatus(s.host, now) {
				t.lost = append(t.lost, rows[i].Number)
			}
		}
	}
	if slices.ContainsFunc(fields, func(f search.Field) bool { return f.Kind == search.Param || f.Name == "style" }) {
		t.paths, err = paramPaths(ctx, db)
	}
	return t, err
}

func (t *translator) arg(v any) string {
	t.args = append(t.args, v)
	return `?`
}

func (t *translator) list(values []string) string {
	for _, v := range values {
		t.args = append(t.args, v)
	}
	return `(` + strings.TrimSuffix(strings.Repeat(`?,`, len(values)), `,`) + `)`
}

// where is the SQL of a condition, true or false and never NULL.
func (t *translator) where(c search.Condition) string {
	switch c := c.(type) {
	case search.And:
		return `(` + t.where(c.Left) + ` AND ` + t.where(c.Right) + `)`
	case search.Or:
		return `(` + t.where(c.Left) + ` OR ` + t.where(c.Right) + `)`
	case search.Not:
		return `(NOT ` + t.where(c.Of) + `)`
	case search.Comparison:
		if c.Op == search.NotEqual && isMark(c.Field) { // a run without tags has none that is equal
			return `(NOT ` + t.any(c.Field, search.Equal, c.Values) + `)`
		}
		if c.Op == search.NotEqual { // it has the field, and no value of it is equal
			return `(` + t.has(c.Field) + ` AND NOT ` + t.any(c.Field, search.Equal, c.Values) + `)`
		}
		if c.Op == search.Has {
			return t.has(c.Field)
		}
		return t.any(c.Field, c.Op, c.Values)
	}
	return `1`
}

func (t *translator) has(f search.Field) string {
	switch {
	case f.Kind == search.Attribute && f.Name == "star":
		return t.value(f)
	case f.Kind == search.Attribute && f.Name == "loss": // not-a-number is a value
		return `(s.run_id IS NOT NULL)`
	case f.Kind == search.Metric:
		return `(` + t.metric(true, f.Name) + ` IS NOT NULL)`
	}
	return `(` + t.value(f) + ` IS NOT NULL)`
}

// any is true if a value of the field compares so with one of the values.
func (t *translator) any(f search.Field, op search.Op, values []string) string {
	var either []string
	for _, value := range values {
		either = append(either, t.compare(f, op, value))
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}

func (t *translator) compare(f search.Field, op search.Op, value string) string {
	if op == search.In {
		op = search.Equal
	}
	typed, _ := search.TypeOf(f)
	number, _ := search.ToNumber(value) // a search was checked when it was read
	isImage := f.Kind == search.Attribute && (f.Name == "content" || f.Name == "style")
	switch {
	case f.Kind == search.Param || isImage:
		paths := t.pathsOf(f)
		if len(paths) == 0 {
			return `0`
		}
		return `(r.id IN (SELECT run_id FROM params WHERE path IN ` + t.list(paths) + ` AND ` + t.setting(op, value, isImage) + `))`
	case f == search.Field{Name: "tag"} && !t.marks:
		return `0`
	case f == search.Field{Name: "tag"}:
		return `(r.id IN (SELECT run_id FROM tags WHERE ` + t.text(`tag`, op, value) + `))`
	case f == search.Field{Name: "sweep"}:
		return `(EXISTS (SELECT 1 FROM trials x JOIN trials o ON o.hash = x.hash AND o.experiment_id = x.experiment_id
			WHERE o.id = r.trial_id AND x.sweep_id ` + string(op) + t.arg(number) + `))`
	case typed == search.Flag:
		number = map[string]float64{"true": 1}[value]
		fallthrough
	case typed == search.Number:
		return `coalesce(` + t.value(f) + string(op) + t.arg(exact(value, number)) + `, 0)`
	case typed == search.Time && search.IsDay(value):
		return `coalesce(substr(` + t.value(f) + `, 1, 10) ` + string(op) + t.arg(value) + `, 0)`
	case typed == search.Time:
		at, _ := search.ToTime(value)
		return `coalesce(` + t.value(f) + string(op) + t.arg(formatTime(at)) + `, 0)`
	}
	return `coalesce(` + t.text(t.value(f), op, value) + `, 0)`
}

// text compares a text.
func (t *translator) text(of string, op search.Op, value string) string {
	if op == search.Contains {
		return of + ` LIKE ` + t.arg(`%`+escapeLike(value)+`%`) + ` ESCAPE '\'`
	}
	return of + ` ` + string(op) + ` ` + t.arg(value)
}

// setting compares the JSON of a param. Of an image's path the last part counts too.
func (t *translator) setting(op search.Op, value string, isImage bool) string {
	encoded, _ := json.Marshal(value)
	number, isNumber := search.ToNumber(value)
	const isJSONNumber = `substr(value, 1, 1) BETWEEN '-' AND '9' AND CAST(value AS NUMERIC) `
	switch {
	case op == search.Contains && isImage: // its name: what is left when all before the last slash goes
		return `replace(value, rtrim(value, replace(value, '/', '')), '') LIKE ` + t.arg(`%`+escapeLike(strings.Trim(string(encoded), `"`))+`%`) + ` ESCAPE '\'`
	case op == search.Contains:
		return `value LIKE ` + t.arg(`%`+escapeLike(strings.Trim(string(encoded), `"`))+`%`) + ` ESCAPE '\'`
	case op != search.Equal:
		return isJSONNumber + string(op) + ` ` + t.arg(exact(value, number))
	}
	either := []string{`value = ` + t.arg(string(encoded)), `value = ` + t.arg(value)} // a text; true, false or a list
	if list, is := flow.List(value); is {                                              // in YAML or in JSON
		if t.old {
			list, _ = json.Marshal(flow.Text(list))
		}
		either = append(either, `value = `+t.arg(string(list)))
	}
	if isNumber {
		either = append(either, isJSONNumber+`= `+t.arg(exact(value, number)))
	}
	if isImage {
		either = append(either, `value LIKE `+t.arg(`%/`+escapeLike(strings.Trim(string(encoded), `"`))+`"`)+` ESCAPE '\'`)
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}

// exact returns a number as written: a whole one, such as a seed, has more digits than a float64.
func exact(written string, number float64) any {
	if whole, err := strconv.ParseInt(written, 10, 64); err == nil {
		return whole
	}
	return number
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// isMark reports whether a field is what people have marked a run with; a run that is not marked is no run of which it is not known.
func isMark(f search.Field) bool {
	return f.Kind == search.Attribute && (f.Name == "star" || f.Name == "tag" || f.Name == "note")
}

// Count returns how many runs a filter selects, whatever its limit and offset.
func (s *Store) Count(ctx context.Context, f Filter) (n int, err error) {
	f.Limit, f.Offset = 0, 0
	err = s.read(ctx, func(db *sql.DB) error {
		query, args, err := s.query(ctx, db, f, true)
		if err != nil {
			return err
		}
		return db.QueryRowContext(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("store: count runs: %w", err)
	}
	return n, nil
}
