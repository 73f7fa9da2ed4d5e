package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"runexp/framework"
	"runexp/framework/store/search"
	"runexp/internal/printable"
)

// An Order sorts runs by a field; those without it come last.
type Order struct {
	Field      search.Field
	Descending bool
}

// A translator turns fields and conditions into SQL on the tables of runTables.
type translator struct {
	marks bool     // the store has marks
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
	t.marks = version >= marksVersion
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

// An UnknownFieldError says that no run has a metric or setting.
type UnknownFieldError struct {
	Field search.Field
	Near  string // the nearest that there is; "" for none
}

func (e *UnknownFieldError) Error() string {
	text := fmt.Sprintf("no run has %s", printable.Text(e.Field.String()))
	if e.Near != "" {
		text += fmt.Sprintf("; did you mean %s?", printable.Text(search.Field{Kind: e.Field.Kind, Name: e.Near}.String()))
	}
	return text
}

// checkKnown returns an *UnknownFieldError for a metric or setting that no run has: a filter by it would find nothing,
// in silence. A store without runs knows none, and has nothing to find.
func (t *translator) checkKnown(ctx context.Context, db *sql.DB, fields []search.Field) error {
	var metrics []string
	for _, f := range fields {
		known, short := t.paths, t.paths
		switch f.Kind {
		case search.Attribute:
			continue
		case search.Metric:
			if metrics == nil {
				var err error
				if metrics, err = collect(ctx, db, func(name *string) []any { return []any{name} }, `SELECT name FROM metric_keys`); err != nil {
					return err
				}
			}
			known, short = metrics, metrics
			if slices.Contains(known, f.Name) {
				continue
			}
		case search.Param:
			if len(matchPaths(t.paths, f.Name)) > 0 {
				continue
			}
			short = nil
			for _, path := range t.paths { // a path's ends
				for bare := strings.TrimSuffix(listIndex.ReplaceAllString(path, ""), ".name"); ; {
					short = append(short, bare)
					_, rest, more := strings.Cut(bare, ".")
					if !more {
						break
					}
					bare = rest
				}
			}
		}
		if len(known) > 0 {
			return &UnknownFieldError{f, framework.Nearest(f.Name, short)}
		}
	}
	return nil
}

func isStatus(f search.Field) bool {
	return f.Kind == search.Attribute && (f.Name == "status" || f.Name == "message")
}

// paramPaths lists the paths of all runs' settings, by skipping from one to the next in the index.
func paramPaths(ctx context.Context, db *sql.DB) ([]string, error) {
	return collect(ctx, db, func(path *string) []any { return []any{path} }, `WITH RECURSIVE p (path) AS (
		SELECT min(path) FROM params
		UNION ALL SELECT (SELECT min(path) FROM params WHERE path > p.path) FROM p WHERE p.path IS NOT NULL
	) SELECT path FROM p WHERE path IS NOT NULL`)
}

// listIndex is the index of a list's item in a path.
var listIndex = regexp.MustCompile(`\[\d+\]`)

// matchPaths returns the paths that name stands for: itself; or those that end with it after a
// dot, when indexes of list items and a last .name are left out: optimizer is stages[0].optimizer.name.
func matchPaths(paths []string, name string) (found []string) {
	if slices.Contains(paths, name) {
		return []string{name}
	}
	for _, path := range paths {
		bare := listIndex.ReplaceAllString(path, "")
		dotted := strings.NewReplacer("[", ".", "]", "").Replace(path) // as on the command line
		for _, p := range []string{path, dotted, bare, strings.TrimSuffix(bare, ".name")} {
			if p == name || strings.HasSuffix(p, "."+name) {
				found = append(found, path)
				break
			}
		}
	}
	return found
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

// newestScorer is the scorer of a run that was recorded last; NULL for none.
const newestScorer = `(SELECT max(scorer_id) FROM scores WHERE run_id = r.id)`

// metric selects the last value of a metric, or 1 if there is one. Scores of a finished picture are those of the newest
// scorer of the run, which is what the field scorer says; of a run without any they are what it has recorded itself.
func (t *translator) metric(exists bool, name string) string {
	last, score := `last`, `value`
	if exists {
		last, score = `1`, `1`
	}
	const key = ` AND key_id = (SELECT id FROM metric_keys WHERE name = `
	if !strings.HasPrefix(name, "eval/") {
		return `(SELECT ` + last + ` FROM metric_summary WHERE run_id = r.id` + key + t.arg(name) + `))`
	}
	return `(CASE WHEN EXISTS (SELECT 1 FROM scores WHERE run_id = r.id)
		THEN (SELECT ` + score + ` FROM scores WHERE run_id = r.id AND scorer_id = ` + newestScorer + key + t.arg(name) + `))
		ELSE (SELECT ` + last + ` FROM metric_summary WHERE run_id = r.id` + key + t.arg(name) + `)) END)`
}

// paths of the params that a field stands for; nil for one that is none.
func (t *translator) pathsOf(f search.Field) []string {
	switch {
	case f.Kind == search.Param:
		return matchPaths(t.paths, f.Name)
	case f.Kind == search.Attribute && f.Name == "content":
		return []string{"content.image"}
	case f.Kind == search.Attribute && f.Name == "style":
		return slices.DeleteFunc(slices.Clone(t.paths), func(path string) bool {
			return listIndex.ReplaceAllString(path, "") != "style.image"
		})
	}
	return nil
}

// value is the SQL of a field's value: a number, a text, or NULL for none.
func (t *translator) value(f search.Field) string {
	if f.Kind == search.Metric {
		return t.metric(false, f.Name)
	}
	if paths := t.pathsOf(f); paths != nil || f.Kind == search.Param || f.Name == "style" {
		return `(SELECT CASE WHEN substr(value, 1, 1) BETWEEN '-' AND '9' THEN CAST(value AS REAL) ELSE value END FROM params WHERE run_id = r.id AND path IN ` + t.list(paths) + ` ORDER BY path LIMIT 1)`
	}
	plain := map[string]string{
		"run": `r.id`, "uid": `lower(hex(r.uid))`, "experiment": `e.name`, "loss": `s.last`, "seconds": `r.elapsed`,
		"iterations": `coalesce(i.count, s.last_step, 0)`, "started": `r.started_at`, "attempt": `r.attempt`, "seed": `r.seed`,
		"scorer": `(SELECT substr(hash, 1, 8) FROM scorers WHERE id = ` + newestScorer + `)`,
		"flaw":   `(SELECT json_extract(data, '$.flaw') FROM events WHERE run_id = r.id AND kind = 'flaw' AND json_valid(data) ORDER BY id DESC LIMIT 1)`,
		"sweep":  `(SELECT max(x.sweep_id) FROM trials x JOIN trials o ON o.hash = x.hash AND o.experiment_id = x.experiment_id WHERE o.id = r.trial_id)`,
	}
	if text, has := plain[f.Name]; has {
		return text
	}
	switch f.Name {
	case "status":
		return `CASE WHEN r.id IN (` + numbers(t.lost) + `) THEN 'lost' ELSE r.status END`
	case "message":
		return `CASE WHEN r.id IN (` + numbers(t.lost) + `) THEN '` + lostMessage + `' ELSE nullif(r.message, '') END`
	}
	if !t.marks {
		return `NULL`
	}
	return map[string]string{
		"star": `coalesce((SELECT star FROM marks WHERE run_id = r.id), 0)`,
		"note": `(SELECT nullif(note, '') FROM marks WHERE run_id = r.id)`,
		"tag":  `(SELECT group_concat(tag, ' ') FROM tags WHERE run_id = r.id)`,
	}[f.Name]
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
		if typed, _ := search.TypeOf(c.Field); c.Op == search.NotEqual && typed == search.Flag {
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
		return `coalesce(` + t.value(f) + string(op) + t.arg(number) + `, 0)`
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
	const isJSONNumber = `substr(value, 1, 1) BETWEEN '-' AND '9' AND CAST(value AS REAL) `
	switch {
	case op == search.Contains && isImage: // its name: what is left when all before the last slash goes
		return `replace(value, rtrim(value, replace(value, '/', '')), '') LIKE ` + t.arg(`%`+escapeLike(strings.Trim(string(encoded), `"`))+`%`) + ` ESCAPE '\'`
	case op == search.Contains:
		return `value LIKE ` + t.arg(`%`+escapeLike(strings.Trim(string(encoded), `"`))+`%`) + ` ESCAPE '\'`
	case op != search.Equal:
		return isJSONNumber + string(op) + ` ` + t.arg(number)
	}
	either := []string{`value = ` + t.arg(string(encoded)), `value = ` + t.arg(value)} // a text; true, false or a list
	if isNumber {
		either = append(either, isJSONNumber+`= `+t.arg(number))
	}
	if isImage {
		either = append(either, `value LIKE `+t.arg(`%/`+escapeLike(strings.Trim(string(encoded), `"`))+`"`)+` ESCAPE '\'`)
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}

func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// fieldsOf lists the fields of a condition.
func fieldsOf(c search.Condition) []search.Field {
	switch c := c.(type) {
	case search.And:
		return append(fieldsOf(c.Left), fieldsOf(c.Right)...)
	case search.Or:
		return append(fieldsOf(c.Left), fieldsOf(c.Right)...)
	case search.Not:
		return fieldsOf(c.Of)
	case search.Comparison:
		return []search.Field{c.Field}
	}
	return nil
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

// Values returns the values of fields, by run and then in the order of fields: a float64,
// a string, JSON of a setting that is neither, or nil for none.
func (s *Store) Values(ctx context.Context, runs []int64, fields []search.Field) (map[int64][]any, error) {
	found := map[int64][]any{}
	if len(runs) == 0 || len(fields) == 0 {
		return found, nil
	}
	err := s.read(ctx, func(db *sql.DB) error {
		clear(found)
		t, err := s.newTranslator(ctx, db, fields)
		if err != nil {
			return err
		}
		query := `SELECT r.id`
		for _, f := range fields {
			query += `, ` + t.value(f)
		}
		rows, err := db.QueryContext(ctx, query+runTables+` WHERE r.id IN (`+numbers(runs)+`)`, t.args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var run int64
			values := make([]any, len(fields))
			targets := []any{&run}
			for i := range values {
				targets = append(targets, &values[i])
			}
			if err := rows.Scan(targets...); err != nil {
				return damagedValue(err)
			}
			for i, f := range fields {
				values[i] = plainValue(f, values[i])
			}
			found[run] = values
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("store: values of runs: %w", err)
	}
	return found, nil
}

// plainValue turns a scanned value into what Values returns.
func plainValue(f search.Field, v any) any {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case []byte:
		return string(v)
	case string:
		var text string
		isSetting := f.Kind == search.Param || f.Name == "content" || f.Name == "style"
		if isSetting && json.Unmarshal([]byte(v), &text) == nil {
			return text
		}
	}
	return v
}

// Fields lists the metrics and settings that runs have, and the attributes of runs.
func (s *Store) Fields(ctx context.Context) ([]search.Field, error) {
	var list []search.Field
	err := s.read(ctx, func(db *sql.DB) error {
		list = nil
		for _, a := range search.Attributes() {
			list = append(list, search.Field{Name: a.Name})
		}
		metrics, err := collect(ctx, db, func(name *string) []any { return []any{name} }, `SELECT name FROM metric_keys ORDER BY name`)
		paths, pathErr := paramPaths(ctx, db)
		for _, name := range metrics {
			list = append(list, search.Field{Kind: search.Metric, Name: name})
		}
		for _, path := range paths {
			list = append(list, search.Field{Kind: search.Param, Name: path})
		}
		return errors.Join(err, pathErr)
	})
	if err != nil {
		return nil, fmt.Errorf("store: fields: %w", err)
	}
	return list, nil
}
