package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/store/record"
	"runexp/framework/store/search"
	"runexp/internal/printable"
)

// An UnknownFieldError says that no run has a metric or setting, or that a name is the end of several.
type UnknownFieldError struct {
	Field   search.Field
	Near    string   // the nearest that there is; "" for none
	Several []string // that end so; nil if none or one does
}

func (e *UnknownFieldError) Error() string {
	full := func(name string) string { return printable.Text(search.Field{Kind: e.Field.Kind, Name: name}.String()) }
	if len(e.Several) > 0 {
		var names []string
		for _, name := range e.Several {
			names = append(names, full(name))
		}
		return fmt.Sprintf("%s may be any of %s; write which", full(e.Field.Name), framework.ListNames(names))
	}
	text := "no run has " + full(e.Field.Name)
	if e.Near != "" {
		text += fmt.Sprintf("; did you mean %s?", full(e.Near))
	}
	return text
}

// checkKnown returns an *UnknownFieldError for a metric or setting that no run has, or that may be one of several: a filter
// by it would find nothing, or others than a column of that name shows, in silence. A store without runs knows none, and has nothing to find.
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
			switch ends := slices.DeleteFunc(slices.Clone(known), func(name string) bool { return !strings.HasSuffix(name, "/"+f.Name) }); len(ends) {
			case 0:
			case 1:
				return &UnknownFieldError{Field: f, Near: ends[0]}
			default:
				slices.Sort(ends)
				return &UnknownFieldError{Field: f, Several: ends}
			}
		case search.Param:
			if err := t.checkOne(f); err != nil {
				return err
			}
			if len(matchPaths(t.paths, f.Name)) > 0 {
				continue
			}
			short = nil
			for _, path := range t.paths { // a path's ends
				for bare := shortest(path); ; {
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
			return &UnknownFieldError{Field: f, Near: framework.Nearest(f.Name, short)}
		}
	}
	return nil
}

// checkOne returns an *UnknownFieldError for a setting's short name that is the end of several. Those of several list items,
// as of stages, are one.
func (t *translator) checkOne(f search.Field) error {
	if f.Kind != search.Param {
		return nil
	}
	settings, paths := map[string]bool{}, matchPaths(t.paths, f.Name)
	for i, path := range paths {
		settings[shortest(path)], paths[i] = true, record.SettingPath(path)
	}
	if len(settings) < 2 {
		return nil
	}
	return &UnknownFieldError{Field: f, Several: paths}
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

// bare is a path without the indexes of list items: stages.optimizer.name.
func bare(path string) string {
	parts := strings.Split(record.SettingPath(path), ".")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return strings.Trim(part, "0123456789") == "" }), ".")
}

// shortest is a path without the indexes of list items and a last .name: stages.optimizer.
func shortest(path string) string { return strings.TrimSuffix(bare(path), ".name") }

// matchPaths returns the paths that name stands for, in either spelling: itself; or those that it is, or else those that end
// with it after a dot, when indexes of list items and a last .name are left out: optimizer is
// stages.0.optimizer.name.
func matchPaths(paths []string, name string) []string {
	name = record.SettingPath(name)
	var whole, ends []string
	for _, path := range paths {
		dotted := record.SettingPath(path)
		if dotted == name {
			return []string{path}
		}
		forms := []string{dotted, bare(path), shortest(path)}
		switch {
		case slices.Contains(forms, name):
			whole = append(whole, path)
		case slices.ContainsFunc(forms, func(form string) bool { return strings.HasSuffix(form, "."+name) }):
			ends = append(ends, path)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return ends
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
			return bare(path) != "style.image"
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
		return `(SELECT CASE WHEN substr(value, 1, 1) BETWEEN '-' AND '9' THEN CAST(value AS NUMERIC) ELSE value END FROM params WHERE run_id = r.id AND path IN ` + t.list(paths) + ` ORDER BY path LIMIT 1)`
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

// Values returns the values of fields, by run and then in the order of fields: a float64, an
// int64 where that would not be exact, a string, JSON of a setting that is neither, or nil for none. Errors:
// *UnknownFieldError for a name that may be one of several settings.
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
		for _, f := range fields {
			if err := t.checkOne(f); err != nil {
				return err
			}
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
				values[i] = plainValue(f, values[i], t.old)
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
func plainValue(f search.Field, v any, old bool) any {
	switch v := v.(type) {
	case int64:
		if number := float64(v); number < 1<<63 && int64(number) == v {
			return number
		}
	case []byte:
		return string(v)
	case string:
		var text string
		isSetting := f.Kind == search.Param || f.Name == "content" || f.Name == "style"
		if old && f.Kind == search.Param {
			_, list := oldSetting(f.Name, json.RawMessage(v))
			v = string(list)
		}
		if isSetting && json.Unmarshal([]byte(v), &text) == nil {
			return text
		}
		return v
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
			list = append(list, search.Field{Kind: search.Param, Name: record.SettingPath(path)})
		}
		return errors.Join(err, pathErr)
	})
	if err != nil {
		return nil, fmt.Errorf("store: fields: %w", err)
	}
	return list, nil
}
