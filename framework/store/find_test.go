package store

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestFindRun(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	uids := []string{
		"abcd1000000000000000000000000000",
		"abcd2000000000000000000000000000",
		"0002aaaa000000000000000000000000", // 0002 is also the number 2
		"1234567a000000000000000000000000",
	}
	for i, text := range uids {
		r := begin(t, s, NewRun{})
		uid := must(ParseUID(text))(t)
		must(s.writer.Exec("UPDATE runs SET uid = ?, started_at = ? WHERE id = ?", uid, fmt.Sprintf("2026-01-0%dT00:00:00.000000Z", 9-i), r.Number()))(t)
	}
	for ref, want := range map[string]int64{
		"1": 1, "last": 1, "4": 4, "abcd1": 1, "ABCD2": 2, uids[1]: 2, "0002": 2, "0002a": 3, "12345": 4, "1234567": 4,
	} {
		d, err := s.FindRun(ctx, ref)
		if err != nil || d.Number != want {
			t.Errorf("%s: got run %d, %v; want run %d", ref, d.Number, err, want)
		}
	}
	for _, ref := range []string{"", "5", "abc", "abce", "xyz1", "-1", uids[0] + "0", "first"} {
		_, err := s.FindRun(ctx, ref)
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: got %v, want %v", ref, err, ErrNotFound)
		}
	}
	_, err := s.FindRun(ctx, "abcd")
	var ambiguous *AmbiguousError
	if !errors.As(err, &ambiguous) || len(ambiguous.Matches) != 2 || ambiguous.Matches[1].Number != 2 {
		t.Fatalf("got %v", err)
	}
	if text := err.Error(); !strings.Contains(text, uids[0]) || !strings.Contains(text, "run 2") {
		t.Errorf("the message must list the runs; got %s", text)
	}
}

func TestReadingUnknownNames(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	_, err := s.FindRun(ctx, "last")
	wantError(t, err, ErrNotFound)
	r := begin(t, s, NewRun{})
	check(t, r.Log(ctx, 0, []Value{{"loss/total", 1}}))
	check(t, r.Flush(ctx))
	_, err = s.Series(ctx, r.Number(), "los/total")
	wantError(t, err, ErrNotFound)
	if !strings.Contains(err.Error(), "loss/total") {
		t.Errorf("the message must name the run's metrics; got %v", err)
	}
	for what, read := range map[string]func() error{
		"series":    func() error { _, err := s.Series(ctx, 9, "loss/total"); return err },
		"names":     func() error { _, err := s.MetricNames(ctx, 9); return err },
		"summary":   func() error { _, err := s.Summary(ctx, 9); return err },
		"artifacts": func() error { _, err := s.Artifacts(ctx, 9); return err },
		"events":    func() error { _, err := s.Events(ctx, 9); return err },
		"params":    func() error { _, err := s.Params(ctx, 9); return err },
		"env":       func() error { _, err := s.Env(ctx, 9); return err },
	} {
		if err := read(); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s of a run that does not exist: got %v", what, err)
		}
	}
	if list := must(s.Params(ctx, r.Number()))(t); len(list) != 0 {
		t.Errorf("got %v", list)
	}
}

func TestRunsAreListedNewestFirst(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	for i := range 6 {
		r := begin(t, s, NewRun{Experiment: []string{"a", "b"}[i%2], TrialHash: []string{"h", "", "i"}[i%3]})
		if i > 0 {
			check(t, r.Log(ctx, i, []Value{{"loss/total", float64(i)}}))
		}
		if i < 4 {
			check(t, r.Finish(ctx, []Status{Finished, Failed}[i/2], ""))
		} else {
			check(t, r.Flush(ctx))
		}
	}
	for _, c := range []struct {
		filter Filter
		want   string
	}{
		{Filter{}, "[6 5 4 3 2 1]"},
		{Filter{Limit: 2}, "[6 5]"},
		{Filter{Experiment: "a"}, "[5 3 1]"},
		{Filter{Experiment: "nobody's"}, "[]"},
		{Filter{Status: Failed}, "[4 3]"},
		{Filter{Status: Running}, "[6 5]"},
		{Filter{Status: Lost}, "[]"},
		{Filter{Experiment: "b", Status: Finished}, "[2]"},
		{Filter{TrialHash: "h"}, "[4 1]"},
		{Filter{TrialHash: "h", Experiment: "a", Status: Finished}, "[1]"},
		{Filter{TrialHash: "none"}, "[]"},
	} {
		got := []int64{}
		for _, r := range must(s.Runs(ctx, c.filter))(t) {
			got = append(got, r.Number)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%+v: got %v, want %s", c.filter, got, c.want)
		}
	}
	all := must(s.Runs(ctx, Filter{}))(t)
	if r := all[0]; r.Loss != 5 || r.Iterations != 5 || r.Experiment != "b" || r.Status != Running || !r.Ended.IsZero() {
		t.Errorf("got %+v", r)
	}
	if r := all[5]; !math.IsNaN(r.Loss) || r.Iterations != 0 {
		t.Errorf("a run without losses: got %+v", r)
	}
}

// Thousands of runs are listed from indexes and summaries: no table scan, no sort,
// no read of the values.
func TestListingUsesIndexes(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	tx := must(s.writer.Begin())(t)
	must(tx.Exec(`INSERT INTO experiments (id, uid, name, created_at) VALUES (1, randomblob(16), 'a', ''), (2, randomblob(16), 'b', '')`))(t)
	must(tx.Exec(`INSERT INTO metric_keys VALUES (1, 'loss/total'), (2, 'loss/style')`))(t)
	must(tx.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
		INSERT INTO runs (uid, experiment_id, attempt, status, seed, started_at, pid, pid_start, boot, machine, seen_at, environment, overrides, config_written, config_resolved)
		SELECT randomblob(16), 1 + i % 2, 1, CASE i % 7 WHEN 0 THEN 'failed' ELSE 'finished' END, 0,
			strftime('%Y-%m-%dT%H:%M:%S.000000Z', '2026-01-01', i || ' minutes'), 0, 0, '', '', '2026-01-01T00:00:00.000000Z', '{}', '[]', '', '' FROM n`))(t)
	must(tx.Exec(`INSERT INTO metric_summary SELECT r.id, k.id, 10, 9, 1.0, 1.0, 9.0, 9 FROM runs r, metric_keys k`))(t)
	check(t, tx.Commit())
	if n := len(must(s.Runs(ctx, Filter{Experiment: "b"}))(t)); n != 200 {
		t.Fatalf("listed %d runs, want 200", n)
	}

	// A trial has few runs: they are found by the trial and then sorted.
	must(s.writer.Exec(`INSERT INTO trials (uid, experiment_id, hash, created_at) SELECT randomblob(16), experiment_id, 'h' || id, '' FROM runs`))(t)
	must(s.writer.Exec(`UPDATE runs SET trial_id = id`))(t)
	for _, filter := range []Filter{{TrialHash: "h7"}, {TrialHash: "h7", Experiment: "b", Status: Finished}} {
		query, args, err := s.query(ctx, s.writer, filter, false)
		check(t, err)
		if plan := explain(t, s, query, args); !strings.Contains(plan[0], "runs_by_trial") {
			t.Errorf("%+v:\n%s", filter, strings.Join(plan, "\n"))
		}
	}

	detail := func(ref string, lookup int) (string, []any) {
		l := lookups(ref, "id NOT IN ("+deletedRuns+")")[lookup]
		return detailOfRuns + l.where, l.args
	}
	listing := func(f Filter) func() (string, []any) {
		return func() (string, []any) {
			query, args, err := s.query(ctx, s.writer, f, false)
			check(t, err)
			return query, args
		}
	}
	for _, analyzed := range []bool{false, true} { // with and without statistics
		if analyzed {
			must(s.writer.Exec("ANALYZE"))(t)
		}
		for name, query := range map[string]func() (string, []any){
			"all":           listing(Filter{}),
			"experiment":    listing(Filter{Experiment: "a"}),
			"status":        listing(Filter{Status: Failed}),
			"both":          listing(Filter{Experiment: "a", Status: Failed}),
			"find number":   func() (string, []any) { return detail("12", 0) },
			"find last":     func() (string, []any) { return detail("last", 0) },
			"find a prefix": func() (string, []any) { return detail("abcd", 0) },
			"summary": func() (string, []any) {
				return `SELECT last FROM metric_summary WHERE run_id = ? AND key_id = ?`, []any{1, 1}
			},
		} {
			sql, args := query()
			plan := explain(t, s, sql, args)
			for _, line := range plan {
				// Scanning the index for the order is fine, and so is scanning two
				// experiments, and the index of the deleted runs.
				scan := strings.HasPrefix(line, "SCAN") && !strings.HasSuffix(line, "INDEX runs_by_start") &&
					!strings.HasPrefix(line, "SCAN e ") && !strings.HasSuffix(line, "INDEX marks_deleted")
				if scan || strings.Contains(line, "TEMP B-TREE") || strings.Contains(line, "AUTOMATIC") || strings.Contains(line, "metrics") {
					t.Errorf("%s (statistics: %v): %s in\n%s", name, analyzed, line, strings.Join(plan, "\n"))
				}
			}
		}
	}
}

func explain(t *testing.T, s *Store, query string, args []any) []string {
	t.Helper()
	columns := func(line *string) []any { var skip int; return []any{&skip, &skip, &skip, line} }
	return must(collect(t.Context(), s.writer, columns, "EXPLAIN QUERY PLAN "+query, args...))(t)
}
