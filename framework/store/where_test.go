package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"runexp/framework/store/search"
)

// searched is a store with four runs that differ.
func searched(t *testing.T) *Store {
	t.Helper()
	ctx, s := t.Context(), openTest(t)
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	for i, params := range [][]Param{
		{{"stages[0].optimizer.name", raw(`"adam"`)}, {"losses.style.weight", raw(`1e3`)}, {"content.image", raw(`"/a/bay.png"`)}, {"style[0].image", raw(`"/a/night.png"`)}},
		{{"stages[0].optimizer.name", raw(`"lbfgs"`)}, {"losses.style.weight", raw(`1000`)}, {"content.image", raw(`"bay.png"`)}, {"style[0].image", raw(`"b/oil.png"`)}, {"style[1].image", raw(`"b/night.png"`)}},
		{{"stages[0].optimizer.name", raw(`"adam"`)}, {"stages[1].optimizer.name", raw(`"lbfgs"`)}, {"losses.style.weight", raw(`-0.5`)}, {"losses.style.layers", raw(`"[conv1_1, conv2_1]"`)}},
		{{"variable.bounds", raw(`true`)}, {"output.note", raw(`"100% \"sure\"_"`)}},
	} {
		r := begin(t, s, NewRun{Experiment: fmt.Sprintf("e%d", i%2), Params: params, Seed: int64(i)})
		check(t, r.Log(ctx, 0, []Value{{"loss/total", float64(10 - i)}}))
		if i == 3 {
			check(t, r.Log(ctx, 0, []Value{{"odd", math.NaN()}}))
		} else {
			check(t, r.Log(ctx, 0, []Value{{"eval/style", float64(i) / 10}}))
		}
		check(t, r.Flush(ctx))
		if i < 3 {
			check(t, r.Finish(ctx, []Status{Finished, Failed, Killed}[i], "why it ended"))
		}
	}
	must(s.writer.Exec(`UPDATE runs SET pid_start = pid_start + 1 WHERE id = 4`))(t) // its process is gone
	for run, hash := range map[int64]string{1: "aaaaaaaaaa", 2: "bbbbbbbbbb"} {      // 1 has two scorers, in either order
		check(t, s.Score(ctx, run, Scorer{"aaaaaaaaaa", raw(`{}`)}, []Value{{"eval/noise", 1}, {"eval/style", 9}, {"eval/old", 9}}))
		check(t, s.Score(ctx, run, Scorer{hash, raw(`{}`)}, []Value{{"eval/noise", float64(run)}, {"eval/style", float64(run-1) / 10}}))
	}
	star, note := true, "a note of 🖼"
	check(t, s.Mark(ctx, []int64{2, 3}, MarksChange{Star: &star, AddTags: []string{"good", "seen"}}))
	check(t, s.Mark(ctx, []int64{3}, MarksChange{Note: &note, DelTags: []string{"seen", "none"}}))
	return s
}

func TestWhere(t *testing.T) {
	s := searched(t)
	for text, want := range map[string]string{
		"":                                       "4 3 2 1",
		"metrics.eval/style < 0.2":               "2 1",
		"metrics.eval/style":                     "3 2 1",
		"not metrics.eval/style":                 "4",
		"metrics.eval/noise = 2":                 "2",
		"metrics.eval/noise":                     "2 1",
		"metrics.eval/old":                       "1", // of run 2's earlier scorer only: not a value of its newest
		"scorer = aaaaaaaa":                      "1",
		"scorer ~ BBBB":                          "2",
		"metrics.odd":                            "4",
		"metrics.odd < 5 or not metrics.odd < 5": "4 3 2 1",

		"params.optimizer = adam":                 "3 1",
		"params.optimizer = lbfgs":                "3 2",
		"params.optimizer != adam":                "2",
		"params.optimizer in (adam, sgd)":         "3 1",
		"params.stages[0].optimizer.name = lbfgs": "2",
		"params.optimizer ~ DA":                   "3 1",
		"params.style.weight = 1000":              "2 1",
		"params.weight >= 1e3":                    "2 1",
		"params.weight < 0":                       "3",
		"params.layers = '[conv1_1, conv2_1]'":    "3",
		"params.layers ~ conv2_1":                 "3",
		"params.bounds = true":                    "4",
		"params.output.note ~ '% \"sure\"_'":      "4",
		"params.output.note ~ '10_'":              "",
		"content = bay.png":                       "2 1",
		"content = ay.png":                        "",
		"style = night.png":                       "2 1",
		"style != night.png":                      "",
		"style ~ oil":                             "2",
		"status = lost":                           "4",
		"status = running":                        "",
		"status in (failed, killed)":              "3 2",
		"message ~ 'went away'":                   "4",
		"message = 'why it ended'":                "3 2 1",
		"experiment = e1 and loss < 9":            "4",
		"star":                                    "3 2",
		"star = false":                            "4 1",
		"tag = good and not tag = seen":           "3",
		"tag != seen":                             "4 3 1",
		"tag and tag != seen":                     "3",
		"note != 'a note of 🖼'":                   "4 2 1",
		"tag in (seen, none)":                     "2",
		"note ~ 🖼":                                "3",
		"note":                                    "3",
		"started > 2020-01-01 and run < 3":        "2 1",
		"started < 2020-01-01":                    "",
		"seed = 2 or seed = 0":                    "3 1",
		"sweep = 1":                               "",
		"attempt = 1 and iterations < 5":          "4 3 2 1",
		"message":                                 "4 3 2 1",
		"star != true":                            "4 1",
		"star != false":                           "3 2",
		"content ~ a/":                            "",
		"content ~ BAY":                           "2 1",
		"style ~ b/":                              "",
		"style ~ night":                           "2 1",
		"params.stages.0.optimizer.name = lbfgs":  "2",
		"loss":                                    "4 3 2 1",
		"started >= 2020-01-01 and started != 2020-01-01": "4 3 2 1",
		"started = 2020-01-01":                            "",
		"flaw = grey":                                     "",
	} {
		c, err := search.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := list(t, s, Filter{Where: c})
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
		if n := must(s.Count(t.Context(), Filter{Where: c}))(t); n != len(strings.Fields(want)) {
			t.Errorf("%s: counted %d", text, n)
		}
	}
}

// A name that no run has is a mistake, not a filter that finds nothing.
func TestWhereUnknown(t *testing.T) {
	s := searched(t)
	for text, want := range map[string]string{
		"metrics.evall/style < 1": "no run has metrics.evall/style; did you mean metrics.eval/style?",
		"params.optimzer = adam":  "no run has params.optimzer; did you mean params.optimizer?",
		"not params.xyzxyzxyz":    "no run has params.xyzxyzxyz",
		"metrics.style < 1":       "no run has metrics.style; did you mean metrics.eval/style?",
	} {
		_, err := s.Runs(t.Context(), Filter{Where: must(search.Parse(text))(t)})
		if unknown := new(UnknownFieldError); !errors.As(err, &unknown) || unknown.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	today := must(search.Parse("started = " + time.Now().UTC().Format(time.DateOnly)))(t)
	if got := list(t, s, Filter{Where: today}); got != "4 3 2 1" {
		t.Errorf("today's runs are %q", got)
	}
}

// A short name that several fields end with is none of them: a filter would select by any, and a column show the first.
func TestWhereSeveral(t *testing.T) {
	s := searched(t)
	r := begin(t, s, NewRun{Params: []Param{{"losses.tv.weight", json.RawMessage(`20`)}, {"weight", json.RawMessage(`7`)}, {"style[0].size", json.RawMessage(`7`)}, {"stages[0].size", json.RawMessage(`9`)}, {"stages[1].size", json.RawMessage(`9`)}}})
	check(t, r.Log(t.Context(), 0, []Value{{"loss/style", 3}}))
	check(t, r.Finish(t.Context(), Finished, ""))
	for name, want := range map[string]string{
		"params.size":         "params.size may be any of params.stages.0.size, params.stages.1.size, params.style.0.size; write which",
		"metrics.style":       "metrics.style may be any of metrics.eval/style, metrics.loss/style; write which",
		"params.weight":       "", // the path itself, whatever else ends so
		"params.tv.weight":    "",
		"params.stages.size":  "", // of several stages
		"params.style.weight": "",
		"metrics.loss/style":  "",
	} {
		field := must(search.ParseField(name))(t)
		_, filtered := s.Runs(t.Context(), Filter{Where: must(search.Parse(name + " = 7"))(t)})
		_, ordered := s.Runs(t.Context(), Filter{Order: []Order{{field, false}}})
		errs := map[string]error{"filter": filtered, "order": ordered}
		if field.Kind == search.Param {
			_, errs["values"] = s.Values(t.Context(), []int64{r.Number()}, []search.Field{field})
		}
		for what, err := range errs {
			several := new(UnknownFieldError)
			if want == "" && err != nil || want != "" && (!errors.As(err, &several) || several.Error() != want) {
				t.Errorf("%s by %s: %v, want %s", what, name, err, want)
			}
		}
	}
	if got := list(t, s, Filter{Where: must(search.Parse("params.weight >= 1"))(t)}); got != "5" {
		t.Errorf("params.weight is that of run %s", got)
	}
}

func list(t *testing.T, s *Store, f Filter) string {
	t.Helper()
	var numbers []string
	for _, r := range must(s.Runs(t.Context(), f))(t) {
		numbers = append(numbers, fmt.Sprint(r.Number))
	}
	return strings.Join(numbers, " ")
}

func TestOrder(t *testing.T) {
	s := searched(t)
	for text, want := range map[string]string{
		"metrics.eval/style": "1 2 3 4", "-metrics.eval/style": "3 2 1 4",
		"params.style.weight": "3 2 1 4", "loss": "4 3 2 1", "-loss": "1 2 3 4",
		"note": "3 4 2 1", "params.stages[0].optimizer.name": "3 1 2 4", "status": "2 1 3 4",
	} {
		name, descending := strings.CutPrefix(text, "-")
		f := must(search.ParseField(name))(t)
		if got := list(t, s, Filter{Order: []Order{{f, descending}}}); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	newest := Filter{Limit: 2, Offset: 1}
	if got := list(t, s, newest); got != "3 2" {
		t.Errorf("the second page is %s", got)
	}
}

func TestValues(t *testing.T) {
	s := searched(t)
	var fields []search.Field
	for _, name := range []string{"params.optimizer", "params.style.weight", "metrics.eval/style", "status", "content", "style", "tag", "star", "params.bounds", "note"} {
		fields = append(fields, must(search.ParseField(name))(t))
	}
	got := must(s.Values(t.Context(), []int64{2, 4}, fields))(t)
	want := map[int64]string{
		2: "[lbfgs 1000 0.1 failed bay.png b/oil.png good seen 1 <nil> <nil>]",
		4: "[<nil> <nil> <nil> lost <nil> <nil> <nil> 0 true <nil>]",
	}
	for run, values := range want {
		if text := fmt.Sprint(got[run]); text != values {
			t.Errorf("run %d: %s, want %s", run, text, values)
		}
	}
	all := must(s.Fields(t.Context()))(t)
	for _, name := range []string{"status", "metrics.eval/style", "params.stages.1.optimizer.name"} {
		if !slices.Contains(all, must(search.ParseField(name))(t)) {
			t.Errorf("no field %s among %v", name, all)
		}
	}
}

// No filter, order or value reads the rows of metrics: their summary has what is asked.
func TestSearchReadsNoMetrics(t *testing.T) {
	s := searched(t)
	f := Filter{Limit: 10}
	f.Where = must(search.Parse("metrics.eval/style < 0.2 and params.optimizer = adam or loss > 1 and iterations < 5"))(t)
	f.Order = []Order{{Field: search.Field{Kind: search.Metric, Name: "eval/style"}}}
	query, args, err := s.query(t.Context(), s.writer, f, false)
	check(t, err)
	for _, line := range explain(t, s, query, args) {
		if strings.Contains(line, "SEARCH metrics") || strings.Contains(line, "SCAN metrics") || strings.Contains(line, "SCAN params") {
			t.Error(line)
		}
	}
}

// A seed has more digits than a float64, and is compared and listed with all of them.
func TestLargeSeeds(t *testing.T) {
	s := openTest(t)
	for _, seed := range []int64{1 << 53, 1<<53 + 1, math.MaxInt64} {
		check(t, begin(t, s, NewRun{Seed: seed, Params: []Param{{"seed", fmt.Append(nil, seed)}}}).Finish(t.Context(), Finished, ""))
	}
	for filter, want := range map[string]int{
		"seed = 9007199254740993": 1, "params.seed = 9007199254740993": 1, "seed > 9007199254740992": 2, "params.seed > 9007199254740992": 2,
		"seed = 9223372036854775807": 1, "params.seed = 9007199254740994": 0, "seed in (9007199254740992, 9007199254740993)": 2, "seed < 1e16": 2,
	} {
		if n := must(s.Count(t.Context(), Filter{Where: must(search.Parse(filter))(t)}))(t); n != want {
			t.Errorf("%s selects %d runs, want %d", filter, n, want)
		}
	}
	values := must(s.Values(t.Context(), []int64{1, 2, 3}, []search.Field{{Name: "seed"}, {Kind: search.Param, Name: "seed"}}))(t)
	if got, want := fmt.Sprintf("%v %v %v", values[1], values[2], values[3]), "[9.007199254740992e+15 9.007199254740992e+15] [9007199254740993 9007199254740993] [9223372036854775807 9223372036854775807]"; got != want {
		t.Errorf("values %s, want %s", got, want)
	}
}
