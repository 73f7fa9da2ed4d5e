package tables_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"runexp/framework/store"
	"runexp/internal/python"
	"runexp/reports/export"
	"runexp/reports/export/exporttest"
	"runexp/reports/export/folder"
	"runexp/reports/export/tables"
)

// A table as another program reads it: see testdata/read_tables.py.
type table struct {
	Columns, Types []string
	Rows           [][]*string
	Numbers        map[string][]string
	Groups         int // of rows
}

// at returns the value of a column in the row of a run; "" for null.
func (r table) at(t *testing.T, run int64, column string) string {
	t.Helper()
	i, number := slices.Index(r.Columns, column), slices.Index(r.Columns, "run")
	if i < 0 {
		t.Fatalf("no column %q in %q", column, r.Columns)
	}
	for _, row := range r.Rows {
		if got := row[number]; got != nil && (*got)[2:] == fmt.Sprint(run) {
			return text(row[i])
		}
	}
	t.Fatalf("no row of run %d", run)
	return ""
}

func text(value *string) string {
	if value == nil {
		return ""
	}
	return *value
}

func (r table) typeOf(column string) string { return r.Types[slices.Index(r.Columns, column)] }

// write exports runs, all without any, and returns the folder.
func write(t *testing.T, s *store.Store, f tables.Format, runs ...int64) string {
	t.Helper()
	all, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	chosen := slices.DeleteFunc(slices.Clone(all), func(r store.RunSummary) bool { return len(runs) > 0 && !slices.Contains(runs, r.Number) })
	selection, err := export.Select(t.Context(), s, chosen, len(runs) == 0)
	check(t, err)
	path := filepath.Join(t.TempDir(), "to")
	to, err := folder.Open(t.Context(), path, f.Ending())
	check(t, err)
	defer to.Close()
	check(t, tables.Write(t.Context(), selection, to, f))
	check(t, to.Commit())
	return path
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) map[string]table {
	t.Helper()
	var found map[string]table
	python.Read(t, &found, "testdata/read_tables.py", path)
	return found
}

// same reports whether a float as Python writes it is v, to the bit, any NaN being one.
func same(written string, v float64) bool {
	got, err := strconv.ParseFloat(strings.TrimPrefix(written, "f:"), 64)
	return err == nil && (math.Float64bits(got) == math.Float64bits(v) || math.IsNaN(got) && math.IsNaN(v))
}

// values are all values of a store as "run name step" and number, in order.
func values(t *testing.T, s *store.Store) (keys []string, numbers []float64) {
	t.Helper()
	for run := int64(1); run <= 4; run++ {
		names, err := s.MetricNames(t.Context(), run)
		check(t, err)
		for _, name := range names {
			points, err := s.Series(t.Context(), run, name)
			check(t, err)
			for _, p := range points {
				if name == "eval/content" { // of which there are two scorers
					name += ".abababab"
				}
				keys, numbers = append(keys, fmt.Sprintf("%d %s %d", run, name, p.Step)), append(numbers, p.Value)
			}
		}
	}
	return keys, numbers
}

// pandas and pyarrow read every value of a store from its tables.
func TestReadByOthers(t *testing.T) {
	python.Interpreter(t)
	s := exporttest.Store(t, 2)
	csv := tables.CSV{}
	found := read(t, write(t, s, &csv))
	for name, one := range read(t, write(t, s, tables.Parquet{GroupRows: 1000})) {
		found[name] = one
	}
	if want := "events.csv events.parquet metric_info.csv metric_info.parquet metrics.csv metrics.parquet runs.csv runs.parquet scores.csv scores.parquet sweep_1.csv sweep_1.parquet"; names(found) != want {
		t.Fatalf("files %s, want %s", names(found), want)
	}
	t.Run("metrics", func(t *testing.T) { checkMetrics(t, s, found) })
	t.Run("settings", func(t *testing.T) { checkSettings(t, s, found) })
	t.Run("runs", func(t *testing.T) { checkRuns(t, s, found) })
	t.Run("rest", func(t *testing.T) { checkRest(t, s, found) })
	if csv.Formulas != 4 { // an experiment, a tag, a setting of a run and one of a trial
		t.Errorf("%d texts like formulas", csv.Formulas)
	}
}

func names(found map[string]table) string {
	var list []string
	for name := range found {
		list = append(list, name)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func checkMetrics(t *testing.T, s *store.Store, found map[string]table) {
	keys, numbers := values(t, s)
	for _, name := range []string{"metrics.csv", "metrics.parquet"} {
		one := found[name]
		seen := map[string]string{}
		for i, row := range one.Rows {
			written := text(row[4])
			if name == "metrics.csv" {
				written = one.Numbers["value"][i]
			}
			seen[text(row[0])[2:]+" "+text(row[2])[2:]+" "+text(row[3])[2:]] = written
			run, err := s.FindRun(t.Context(), text(row[0])[2:])
			check(t, err)
			if text(row[1]) != "s:"+run.UID.String() {
				t.Fatalf("%s: uid %s of run %d", name, text(row[1]), run.Number)
			}
		}
		if len(seen) != len(keys) || len(one.Rows) != len(keys) {
			t.Errorf("%s has %d rows, the store %d values", name, len(one.Rows), len(keys))
		}
		for i, key := range keys {
			if written, has := seen[key]; !has || !same(written, numbers[i]) {
				t.Errorf("%s has %q for %s, the store %v", name, written, key, numbers[i])
			}
		}
	}
	if n := found["metrics.parquet"].Groups; n != (len(keys)+999)/1000 {
		t.Errorf("%d groups of rows", n)
	}
	if types := strings.Join(found["metrics.parquet"].Types, " "); types != "int64 string string int64 double" {
		t.Errorf("types %s", types)
	}
}

func checkSettings(t *testing.T, s *store.Store, found map[string]table) {
	asText, typed := found["runs.csv"], found["runs.parquet"]
	for run := int64(1); run <= 4; run++ {
		params, err := s.Params(t.Context(), run)
		check(t, err)
		for _, p := range params {
			column := "params." + strings.NewReplacer("[", ".", "]", "").Replace(p.Path)
			var decoded any
			check(t, json.Unmarshal(p.Value, &decoded))
			want, isText := decoded.(string)
			if !isText && decoded != nil {
				want = string(p.Value)
			}
			got := strings.TrimPrefix(asText.at(t, run, column), "s:")
			if number, err := strconv.ParseFloat(got, 64); err == nil && !isText { // 1e-8 may be written as 1e-08
				if stored, err := strconv.ParseFloat(want, 64); err == nil && stored == number {
					got = want
				}
			}
			if got != want {
				t.Errorf("runs.csv: run %d has %q at %s, the store %q", run, got, column, want)
			}
		}
	}
	for column, want := range map[string]string{
		"params.flag": "bool b:True b:False", "params.size.long": "int64 i:160 ", "params.rate": "double f:1e-08 ", "params.number": "double f:1.0 f:2.5",
		"params.mixed": `string s:[1, "two"] s:false`, "params.style.0.image": `string s:a,"b".png `, "params.nothing": "string  ", "params.stages.249.size": "int64  i:249",
		"params.long": "string  s:" + strings.Repeat("ü\U0001F600", 3500),
	} {
		if got := typed.typeOf(column) + " " + typed.at(t, 1, column) + " " + typed.at(t, 2, column); got != want {
			t.Errorf("runs.parquet: %s is %q, want %q", column, got, want)
		}
	}
}

func checkRuns(t *testing.T, s *store.Store, found map[string]table) {
	for run := int64(1); run <= 4; run++ {
		stored, err := s.FindRun(t.Context(), fmt.Sprint(run))
		check(t, err)
		at := func(when time.Time) string {
			if when.IsZero() {
				return ""
			}
			return "t:" + when.UTC().Format("2006-01-02T15:04:05.000000+00:00")
		}
		optional := func(text string) string {
			if text == "" {
				return ""
			}
			return "s:" + text
		}
		typed := found["runs.parquet"]
		for column, want := range map[string]string{
			"uid": "s:" + stored.UID.String(), "experiment": "s:" + stored.Experiment, "status": "s:" + string(stored.Status), "message": "s:" + stored.Message,
			"trial": optional(stored.TrialHash), "seed": fmt.Sprint("i:", stored.Seed), "attempt": "i:1", "started_at": at(stored.Started), "ended_at": at(stored.Ended),
			"iterations": fmt.Sprint("i:", stored.Iterations),
		} {
			got := typed.at(t, run, column)
			if got != want {
				t.Errorf("runs.parquet: run %d has %q as %s, want %q", run, got, column, want)
			}
			if got := strings.TrimPrefix(found["runs.csv"].at(t, run, column), "s:"); column != "started_at" && column != "ended_at" && got != strings.TrimPrefix(strings.TrimPrefix(want, "s:"), "i:") {
				t.Errorf("runs.csv: run %d has %q as %s, want %q", run, got, column, want)
			}
		}
		// A run that is running had fewer when it was written.
		if got := typed.at(t, run, "seconds"); stored.Status == store.Running && got == "" || stored.Status != store.Running && !same(got, stored.Elapsed.Seconds()) {
			t.Errorf("run %d has %s seconds, want %v", run, typed.at(t, run, "seconds"), stored.Elapsed.Seconds())
		}
	}
	for _, want := range []struct {
		run    int64
		column string
		value  float64
	}{
		{1, "metrics.loss/style", 123456789.125}, {1, "metrics.eval/content.abababab", 0.25}, {1, "metrics.eval/noise", math.NaN()},
		{2, "metrics.eval/content.cdcdcdcd", 99}, {2, "metrics." + exporttest.Metric, 123456789.125}, {3, "metrics.loss/total", 3},
	} {
		for _, file := range []string{"runs.csv", "runs.parquet"} {
			if got := found[file].at(t, want.run, want.column); !same(strings.TrimPrefix(got, "s:"), want.value) {
				t.Errorf("%s: run %d has %q at %s, want %v", file, want.run, got, want.column, want.value)
			}
		}
	}
	for column, want := range map[string]string{"star": "b:True b:False", "tags": "s:=b seen ", "note": "s:" + exporttest.Message + " "} {
		if got := found["runs.parquet"].at(t, 1, column) + " " + found["runs.parquet"].at(t, 2, column); got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	if got := found["runs.parquet"].at(t, 4, "metrics.loss/total"); got != "" {
		t.Errorf("run 4, which has no loss, has %q", got)
	}
}

func checkRest(t *testing.T, s *store.Store, found map[string]table) {
	events, err := s.Events(t.Context(), 1)
	check(t, err)
	want := fmt.Sprintf("t:%s s:stage i:0 s:%s", events[0].At.UTC().Format("2006-01-02T15:04:05.000000+00:00"), events[0].Data)
	if row := found["events.parquet"].Rows[0]; text(row[2])+" "+text(row[3])+" "+text(row[4])+" "+text(row[5]) != want {
		t.Errorf("event %q, want %q", []string{text(row[2]), text(row[3]), text(row[4]), text(row[5])}, want)
	}
	var scores []string
	for _, row := range found["scores.parquet"].Rows {
		scores = append(scores, text(row[0])+" "+text(row[2])[:4]+" "+text(row[3])+" "+text(row[4]))
	}
	if got, want := strings.Join(scores, ", "), "i:1 s:ab s:eval/content f:0.25, i:1 s:ab s:eval/noise f:nan, i:2 s:cd s:eval/content f:99.0"; got != want {
		t.Errorf("scores %s, want %s", got, want)
	}
	sweep := found["sweep_1.parquet"]
	if len(sweep.Rows) != 2 || text(sweep.Rows[1][1]) != "" {
		t.Fatalf("the sweep has rows %v", sweep.Rows)
	}
	for column, want := range map[string]string{
		"trial": "int64 i:0", "status": "string s:finished", "losses.tv.weight": "double f:0.0", "content": "string s:p.png", "content:1": "string s:=b", "eval/content": "double f:0.25",
	} {
		if got := sweep.typeOf(column) + " " + sweep.at(t, 1, column); got != want {
			t.Errorf("sweep_1: %s is %q, want %q", column, got, want)
		}
	}
	if typed := sweep.typeOf("started_at"); typed != "timestamp[us, tz=UTC]" {
		t.Errorf("started_at is a %s", typed)
	}
}

// A metric that several scorers have scored by has a name for each, and none that mixes them.
func TestScorersApart(t *testing.T) {
	folder := write(t, exporttest.Store(t, 2), &tables.CSV{})
	for file, want := range map[string]string{"runs.csv": "metrics.eval/content.abababab,metrics.eval/content.cdcdcdcd,metrics.eval/noise", "metrics.csv": "eval/content.abababab,2499,0.25"} {
		data, err := os.ReadFile(filepath.Join(folder, file))
		check(t, err)
		if text := string(data); !strings.Contains(text, want) || strings.Contains(text, "eval/content,") {
			t.Errorf("%s has no %s, or scores of any scorer", file, want)
		}
	}
}

// The units and directions of metrics are in a table, by the names of the columns.
func TestMetricInfo(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(write(t, exporttest.Store(t, 2), &tables.CSV{}), "metric_info.csv"))
	check(t, err)
	for _, line := range []string{
		"eval/content.cdcdcdcd,eval/content," + strings.Repeat("cd", 32) + ",parts,lower,content distance,how far it is", "loss/total,loss/total,,,lower,total loss,the last loss/total of the run",
	} {
		if !strings.Contains(string(data), line+"\n") {
			t.Errorf("no %q in\n%s", line, data)
		}
	}
}

// Only what is selected is written, and of a sweep only its trials.
func TestSelected(t *testing.T) {
	s := exporttest.Store(t, 1)
	for _, file := range []string{"sweep_1.csv"} {
		if found, err := filepath.Glob(filepath.Join(write(t, s, &tables.CSV{}, 2, 3), file)); err != nil || len(found) > 0 {
			t.Errorf("of runs that are in no sweep: %v, %v", found, err)
		}
	}
	python.Interpreter(t)
	found := read(t, write(t, s, &tables.CSV{}, 1))
	if n := len(found["runs.csv"].Rows); n != 1 {
		t.Errorf("%d runs", n)
	}
	if n := len(found["sweep_1.csv"].Rows); n != 1 {
		t.Errorf("%d trials", n)
	}
	if slices.Contains(found["runs.csv"].Columns, "params.long") || !slices.Contains(found["runs.csv"].Columns, "metrics.eval/content") {
		t.Errorf("columns %q", found["runs.csv"].Columns)
	}
}

// A signal ends an export between two runs, and leaves nothing.
func TestCancelled(t *testing.T) {
	s := exporttest.Store(t, 1)
	runs, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	selection, err := export.Select(t.Context(), s, runs, true)
	check(t, err)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	selection.Progress = func(part string, done, _ int) {
		if part == "metrics" && done == 1 {
			cancel(stop)
		}
	}
	path := filepath.Join(t.TempDir(), "to")
	to, err := folder.Open(t.Context(), path, "csv")
	check(t, err)
	if err := tables.Write(ctx, selection, to, &tables.CSV{}); !errors.Is(err, stop) && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	to.Close()
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
}

// With Spreadsheet, no text begins like a formula, headers included; numbers stay.
func TestSpreadsheet(t *testing.T) {
	python.Interpreter(t)
	s := exporttest.Store(t, 1)
	for file, one := range read(t, write(t, s, &tables.CSV{Spreadsheet: true})) {
		for _, row := range append(one.Rows, pointers(one.Columns)) {
			for _, cell := range row {
				got := strings.TrimPrefix(text(cell), "s:")
				if _, err := strconv.ParseFloat(got, 64); err != nil && got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
					t.Errorf("%s has %q", file, got)
				}
			}
		}
	}
	if got := read(t, write(t, s, &tables.CSV{Spreadsheet: true}))["runs.csv"].at(t, 2, "experiment"); got != "s:'"+exporttest.Experiment {
		t.Errorf("the experiment is %q", got)
	}
}

func pointers(list []string) (all []*string) {
	for _, one := range list {
		all = append(all, &one)
	}
	return all
}
