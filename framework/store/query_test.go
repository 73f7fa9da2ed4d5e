package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"
)

// queried returns the rows of a query as texts.
func queried(s *Store, ctx context.Context, statement string) (text string, err error) {
	err = s.Query(ctx, statement, func(columns []string, values []any) error {
		if values == nil {
			text += fmt.Sprint(columns)
		} else {
			text += fmt.Sprint(values)
		}
		return nil
	})
	return text, err
}

func TestQuery(t *testing.T) {
	s := finishedRun(t, filepath.Join(t.TempDir(), "q.db"))
	check(t, s.Close())
	s = must(OpenReadOnly(t.Context(), s.Path()))(t)
	for statement, want := range map[string]string{
		"select run, experiment, loss from run_list":                         "[run experiment loss][1 old 1]",
		"SELECT 1 AS a, 2.5 AS b, 'x' AS c, x'00ff' AS d, NULL AS e; -- end": "[a b c d e][1 2.5 x [0 255] <nil>]",
		"values (';'), ('--')":                                               "[column1][;][--]",
		"select 1 where 0":                                                   "[1]",
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select sum(i) as s from n": "[s][6]",
		"select value from json_each('[1,2]')":       "[value][1][2]",
		"select name from pragma_table_info('tags')": "[name][run_id][tag]",
		"pragma user_version":                        fmt.Sprintf("[user_version][%d]", len(migrations())),
		"select hex(sha256('')) = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855' as ok": "[ok][1]",
	} {
		if got, err := queried(s, t.Context(), statement); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", statement, got, err, want)
		}
	}
}

// Whatever would write is refused, on any connection, and no file appears.
func TestQueryOnlyReads(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "q.db")
	writer := finishedRun(t, path)
	defer writer.Close()
	other := filepath.Join(folder, "other.db")
	for name, s := range map[string]*Store{"for reading": must(OpenReadOnly(t.Context(), path))(t), "for writing": writer} {
		before := strings.Join(contentOf(t, path), "\n")
		for _, statement := range []string{
			"delete from runs", "update runs set seed = 2", "insert into tags values (1, 'x')", "replace into tags values (1, 'x')",
			"create table x (a)", "create temp table x (a)", "create view x as select 1", "create virtual table x using fts3(a)", "drop table tags", "alter table tags rename to x",
			"vacuum", "vacuum into '" + other + "'", "attach '" + other + "' as o", "detach main", "reindex", "analyze",
			"begin", "begin immediate", "savepoint a", "commit",
			"pragma user_version = 3", "pragma journal_mode = delete", "pragma wal_checkpoint", "pragma writable_schema = on", "pragma temp_store_directory = '/'",
			"pragma query_only = off", "pragma foreign_keys = off", "pragma optimize", "select * from pragma_user_version(3)", "select * from pragma_wal_checkpoint",
			"select load_extension('x')", "explain analyze", "select 1; delete from runs", "with x as (select 1) delete from runs returning id", "delete from runs returning id",
		} {
			var refused *QueryError
			if got, err := queried(s, t.Context(), statement); !errors.As(err, &refused) {
				t.Errorf("%s: %s: %q, %v", name, statement, got, err)
			}
		}
		if after := strings.Join(contentOf(t, path), "\n"); after != before {
			t.Errorf("%s: the store has changed", name)
		}
		if _, err := os.Stat(other); err == nil {
			t.Errorf("%s: a file appeared", name)
		}
	}
	run := begin(t, writer, NewRun{Experiment: "e"}) // the guard goes with the query
	check(t, run.Finish(t.Context(), Finished, ""))
}

func TestQueryErrors(t *testing.T) {
	s := finishedRun(t, filepath.Join(t.TempDir(), "q.db"))
	for statement, want := range map[string]string{
		"select runn from run_list":       "7 no such column: runn",
		"select * from run_lists":         "14 no such table: run_lists",
		"select * form run_list":          `9 near "form": syntax error`,
		"select (1":                       "-1 incomplete input",
		"":                                "-1 there is no statement that reads; begin with SELECT",
		"-- nothing":                      "-1 there is no statement that reads; begin with SELECT",
		"select 1; select 2":              "10 there is a second statement; give one at a time",
		"select zeroblob(300000000)":      "-1 a value is larger than 256 MiB; select length(…) or substr(…) of it",
		"select nofun(run) from run_list": "7 no such function: nofun",
	} {
		got, err := queried(s, t.Context(), statement)
		var e *QueryError
		if !errors.As(err, &e) || fmt.Sprint(e.At, " ", e.Problem) != want || errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %q, %v; want %s", statement, got, err, want)
		}
	}
}

// A query without an end stops with its context, and an error of the receiver ends it.
func TestQueryStops(t *testing.T) {
	s := finishedRun(t, filepath.Join(t.TempDir(), "q.db"))
	const endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n"
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := queried(s, ctx, endless+" where i < 0"); err == nil || errors.As(err, new(*QueryError)) {
		t.Errorf("cancelled: %v", err)
	}
	enough, rows := errors.New("enough"), 0
	err := s.Query(t.Context(), endless, func([]string, []any) error {
		if rows++; rows > 100_000 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Errorf("enough: %v", err)
	}
}

// The guard itself refuses, whatever the connection may do.
func TestOnlyReads(t *testing.T) {
	for _, c := range []struct {
		op         int
		arg1, arg2 string
		want       int
	}{
		{sqlite3.SQLITE_SELECT, "", "", sqlite3.SQLITE_OK},
		{sqlite3.SQLITE_READ, "runs", "id", sqlite3.SQLITE_OK},
		{sqlite3.SQLITE_FUNCTION, "", "max", sqlite3.SQLITE_OK},
		{sqlite3.SQLITE_FUNCTION, "", "LOAD_extension", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_PRAGMA, "user_version", "", sqlite3.SQLITE_OK},
		{sqlite3.SQLITE_PRAGMA, "user_version", "3", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_PRAGMA, "table_info", "runs", sqlite3.SQLITE_OK},
		{sqlite3.SQLITE_PRAGMA, "journal_mode", "", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_ATTACH, "other.db", "", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_INSERT, "runs", "", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_CREATE_TEMP_TABLE, "x", "", sqlite3.SQLITE_DENY},
		{sqlite3.SQLITE_TRANSACTION, "BEGIN", "", sqlite3.SQLITE_DENY},
	} {
		if got := onlyReads(c.op, c.arg1, c.arg2, ""); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
