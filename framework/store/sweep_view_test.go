package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Names that need quotes in SQL, and a sweep over them.
const (
	quotedPath   = `losses.it's "mine".weight`
	quotedMetric = `eval/it's "theirs"`
)

const numbersPlan = `{"method":"grid","parameters":[
	{"path":"losses.tv.weight","labels":["0","10"],"numbers":[0,0.5]},
	{"path":"losses.it's \"mine\".weight + extends","labels":["a","b"]},
	{"path":"carry","labels":["false","true"]}],
	"definitions":[{"name":"eval/content"},{"name":"eval/it's \"theirs\""},{"name":"loss/style"}]}`

// numbersTrial returns trial i, with its point.
func numbersTrial(i int, images string) PlannedTrial {
	return PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "experiment: n\n", Point: json.RawMessage(fmt.Sprintf(`{"settings":[
		{"path":"losses.tv.weight","value":%s,"label":"%[1]s"},
		{"path":"losses.it's \"mine\".weight","value":"3e2x","label":"a"},
		{"path":"extends","value":["d2l","mine"],"label":"a"},
		{"path":"carry","value":%t,"label":"%[2]t"}],
		"levels":[0,0,0],"pair":%d,"repeat":1,%s}`, []string{"0", "0.5"}[i], i == 1, i-1, images))}
}

func numbersSweep() NewSweep {
	n := NewSweep{Experiment: "n", Method: "grid", Plan: json.RawMessage(numbersPlan), Metrics: []string{"eval/content"}, Scorer: "5c"}
	for i := range 2 {
		n.Trials = append(n.Trials, numbersTrial(i, `"content":"photo.png","style":"a.png + b.png"`))
	}
	return n
}

// finishTrial makes a finished run of a trial, with scores by two scorers.
func finishTrial(t *testing.T, s *Store, hash string) {
	t.Helper()
	r := must(s.Begin(t.Context(), NewRun{Experiment: "n", TrialHash: hash}))(t)
	check(t, r.Log(t.Context(), 1, []Value{{"loss/style", 7}}))
	check(t, r.Finish(t.Context(), Finished, ""))
	for scorer, value := range map[string]float64{"5c": 0.25, "other": 99} {
		check(t, s.Score(t.Context(), r.Number(), Scorer{scorer, json.RawMessage("{}")}, []Value{{"eval/content", value}, {quotedMetric, value}}))
	}
}

// rowsOf returns the rows of a query as texts, each value after its type.
func rowsOf(t *testing.T, db *sql.DB, query string) (columns []string, all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	check(t, err)
	defer rows.Close()
	columns = must(rows.Columns())(t)
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		check(t, rows.Scan(values...))
		var texts []string
		for _, v := range values {
			texts = append(texts, fmt.Sprintf("%T:%[1]v", *v.(*any)))
		}
		all = append(all, strings.Join(texts, " "))
	}
	check(t, rows.Err())
	return columns, all
}

const (
	numbersQuery = `SELECT trial, run, status, pair, draw, content, style, "losses.tv.weight", "losses.it's ""mine"".weight", "extends", "carry",
		"eval/content", "eval/it's ""theirs""", "loss/style" FROM sweep_1`
	secondRow = `int64:1 int64:1 string:finished int64:0 int64:1 string:photo.png string:a.png + b.png float64:0.5 string:3e2x string:["d2l","mine"] int64:1 float64:0.25 float64:0.25 float64:7`
	firstRow  = `int64:0 <nil>:<nil> string:not begun <nil>:<nil> int64:1 string:photo.png string:a.png + b.png int64:0 string:3e2x string:["d2l","mine"] int64:0 <nil>:<nil> <nil>:<nil> <nil>:<nil>`
)

// Every sweep has a view with one row a trial, typed settings and the metrics by its own
// scorer.
func TestSweepView(t *testing.T) {
	s := openTest(t)
	w := must(s.PlanSweep(t.Context(), numbersSweep()))(t)
	finishTrial(t, s, "h1")
	if _, got := rowsOf(t, s.writer, numbersQuery); len(got) != 2 || got[0] != firstRow || got[1] != secondRow {
		t.Errorf("got\n%s\nwant\n%s\n%s", strings.Join(got, "\n"), firstRow, secondRow)
	}
	if _, got := rowsOf(t, s.writer, `SELECT trial, name, value FROM trial_scores ORDER BY name`); len(got) != 2 || got[0] != "int64:1 string:eval/content float64:0.25" {
		t.Errorf("in rows: %q", got)
	}
	if _, got := rowsOf(t, s.writer, `SELECT label FROM trial_settings WHERE path = 'carry'`); len(got) != 2 || got[1] != "string:true" {
		t.Errorf("labels %q", got)
	}
	// A sweep grows while it runs.
	third := numbersTrial(1, `"content":"photo.png","style":"a.png + b.png"`)
	third.Number, third.Hash = 2, "h2"
	check(t, s.AppendTrials(t.Context(), w.Number, 2, []PlannedTrial{third}))
	if _, got := rowsOf(t, s.writer, `SELECT trial, pair, "losses.tv.weight" FROM sweep_1 WHERE trial = 2`); len(got) != 1 || got[0] != "int64:2 int64:0 float64:0.5" {
		t.Errorf("a trial that was added is %q", got)
	}
	// A newer program has one more metric: the same sweep gets a column.
	n := numbersSweep()
	n.Trials = append(n.Trials, third)
	n.Plan = json.RawMessage(strings.Replace(numbersPlan, `{"name":"loss/style"}`, `{"name":"loss/style"},{"name":"eval/new"}`, 1))
	if again := must(s.PlanSweep(t.Context(), n))(t); again.Number != w.Number {
		t.Fatalf("sweep %d", again.Number)
	}
	if columns, _ := rowsOf(t, s.writer, `SELECT * FROM sweep_1`); columns[len(columns)-1] != "eval/new" {
		t.Errorf("columns %q", columns)
	}
}

// A user's table with the name of a view stays, and the sweep is planned.
func TestSweepViewOfTakenName(t *testing.T) {
	s := openTest(t)
	if _, err := s.writer.Exec(`CREATE TABLE Sweep_1 (mine)`); err != nil {
		t.Fatal(err)
	}
	must(s.PlanSweep(t.Context(), numbersSweep()))(t)
	if columns, _ := rowsOf(t, s.writer, `SELECT * FROM sweep_1`); len(columns) != 1 || columns[0] != "mine" {
		t.Errorf("columns %q", columns)
	}
}

// SQLite allows 2000 columns in a view.
func TestSweepViewOfManyMetrics(t *testing.T) {
	s := openTest(t)
	n := numbersSweep()
	for i := range 3000 {
		n.Metrics = append(n.Metrics, fmt.Sprint("eval/", i))
	}
	must(s.PlanSweep(t.Context(), n))(t)
	if columns, rows := rowsOf(t, s.writer, `SELECT * FROM sweep_1`); len(columns) != mostColumns || len(rows) != 2 {
		t.Errorf("%d columns, %d rows", len(columns), len(rows))
	}
}

// A writer gives the sweeps of an older store views, also those whose points have earlier
// keys, and passes over points that cannot be read.
func TestSweepViewsOfOlderStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	db := openPool(address(path, writing), 1)
	check(t, migrate(t.Context(), db, migrations()[:4]))
	_, err := db.Exec(`INSERT INTO experiments (id, uid, name, created_at) VALUES (1, randomblob(16), 'n', '2026-01-01T00:00:00.000000Z');
		INSERT INTO sweeps (id, uid, experiment_id, method, plan, metrics, scorer, created_at) VALUES (1, randomblob(16), 1, 'grid', ?1, '["eval/content"]', '5c', '2026-01-01T00:00:00.000000Z')`, numbersPlan)
	check(t, err)
	for i, point := range []any{
		string(numbersTrial(0, `"photograph":"photo.png","painting":"a.png + b.png"`).Point), string(numbersTrial(1, `"content":"photo.png","style":"a.png + b.png"`).Point),
		"{cut", nil, `{"settings":{"path":3}}`, `{"settings":[{"value":1},7]}`,
	} {
		_, err := db.Exec(`INSERT INTO trials (uid, experiment_id, sweep_id, number, hash, point, created_at) VALUES (randomblob(16), 1, 1, ?1, 'h' || ?1, ?2, '2026-01-01T00:00:00.000000Z')`, i, point)
		check(t, err)
	}
	check(t, db.Close())
	s := must(Open(t.Context(), path))(t)
	defer s.Close()
	finishTrial(t, s, "h1")
	if _, got := rowsOf(t, s.writer, numbersQuery); len(got) != 6 || got[0] != firstRow || got[1] != secondRow {
		t.Errorf("got\n%s\nwant\n%s\n%s\nand four more", strings.Join(got, "\n"), firstRow, secondRow)
	}
	if _, got := rowsOf(t, s.writer, `SELECT DISTINCT trial_id FROM trial_settings`); len(got) != 2 {
		t.Errorf("settings of %q", got)
	}
}

// An independent reader needs no JSON operators.
func TestSweepViewInPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import sqlite3").Run() != nil {
		t.Skip("python3 with sqlite3 is missing")
	}
	path := filepath.Join(t.TempDir(), "n.db")
	s := must(Open(t.Context(), path))(t)
	must(s.PlanSweep(t.Context(), numbersSweep()))(t)
	finishTrial(t, s, "h1")
	check(t, s.Close())
	// A reader whose SQLite has no JSON: every function of JSON is denied.
	const script = `import sqlite3, sys
db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
db.set_authorizer(lambda action, a, name, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_FUNCTION and str(name).startswith("json") else sqlite3.SQLITE_OK)
db.row_factory = sqlite3.Row
for row in db.execute("select * from sweep_1"):
    print(row["trial"], repr(row["losses.tv.weight"]), row["losses.it's \"mine\".weight"], row["eval/content"], row["eval/it's \"theirs\""])
for row in db.execute("select trial, status, content from trial_list"):
    print(*row)
`
	out, err := exec.Command(python, "-c", script, path).CombinedOutput()
	const want = "0 0 3e2x None None\n1 0.5 3e2x 0.25 0.25\n0 not begun photo.png\n1 finished photo.png\n"
	if err != nil || string(out) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}
