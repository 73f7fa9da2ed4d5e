package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// attack is text of a user's that is none of a page's.
const attack = `<script>alert(1)</script>"'🖼&amp; javascript:alert(1) {{.}} </title>`

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// picture is a PNG of one colour with a text, as pictures of runs have.
func picture(t testing.TB, red, blue float32) []byte {
	t.Helper()
	m := imaging.New(20, 30)
	for i := range m.Pix {
		m.Pix[i] = []float32{red, 0.5, blue}[i%3]
	}
	var file bytes.Buffer
	check(t, imaging.EncodePNG(&file, m, map[string]string{"config": "secret setting"}))
	return file.Bytes()
}

// A notebook is a store with a sweep of 2 weights × 2 pairs, run 1 to 4, and of other runs:
// 5 failed with hostile texts, 6 is running, 7 was killed.
type notebook struct {
	path  string
	store *store.Store
	sweep store.Sweep
}

func newNotebook(t testing.TB) notebook {
	t.Helper()
	ctx := t.Context()
	n := notebook{path: filepath.Join(t.TempDir(), "n.db")}
	var err error
	n.store, err = store.Open(ctx, n.path)
	check(t, err)
	t.Cleanup(func() { n.store.Close() })
	var trials []store.PlannedTrial
	for i := range 4 {
		weight, pair := i%2, i/2
		point, _ := json.Marshal(map[string]any{
			"settings": []map[string]any{{"path": "losses.tv.weight", "value": weight * 10, "label": fmt.Sprint(weight * 10)}},
			"levels":   []int{weight}, "pair": pair, "content": fmt.Sprintf("photo%d.png", pair), "style": fmt.Sprintf("painting%d.png", pair),
			"content_hash": fmt.Sprint("c", pair), "style_hash": fmt.Sprint("s", pair),
		})
		trials = append(trials, store.PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "experiment: layers\n", Point: point})
	}
	plan, err := json.Marshal(record.Plan{
		Question: "Does it help?", Method: "grid", Repeats: 1, Metrics: []string{"eval/noise"}, Pairs: []string{"a", "b"},
		Parameters:  []record.Parameter{{Path: "losses.tv.weight", Labels: []string{"0", "10"}, Numbers: []float64{0, 10}}},
		Definitions: []record.Metric{{Name: "eval/noise", Label: "noise", Better: "lower", Source: "5c0e"}},
	})
	check(t, err)
	n.sweep, err = n.store.PlanSweep(ctx, store.NewSweep{Experiment: "layers", Method: "grid", Plan: plan, Metrics: []string{"eval/noise"}, Scorer: "5c0e", Trials: trials})
	check(t, err)
	for i := range trials {
		r := n.begin(t, store.NewRun{Experiment: "layers", TrialHash: fmt.Sprint("h", i), ConfigResolved: "experiment: layers\n"}, i)
		check(t, n.store.Score(ctx, r.Number(), store.Scorer{Hash: "5c0e", Description: json.RawMessage(`{"backbone":"vgg19-lite"}`)}, []store.Value{{Name: "eval/noise", Value: 9 - 3*float64(i)}}))
		check(t, r.Finish(ctx, store.Finished, ""))
	}
	failed := n.begin(t, store.NewRun{Experiment: "others", Overrides: []string{attack}, ConfigWritten: attack, ConfigResolved: attack,
		Params: []store.Param{{Path: attack, Value: mustJSON(attack)}}, Env: []store.Fact{{Name: attack, Value: attack}}}, 5)
	check(t, failed.Event(ctx, "warning", 0, attack))
	check(t, failed.Finish(ctx, store.Failed, attack))
	note := attack
	check(t, n.store.Mark(ctx, []int64{failed.Number()}, store.MarksChange{Note: &note, AddTags: []string{`<b>"'🖼`}}))
	running := n.begin(t, store.NewRun{Experiment: "others"}, 6)
	check(t, running.Flush(ctx))
	killed := n.begin(t, store.NewRun{Experiment: "others", TrialHash: "lost", ConfigResolved: "experiment: others\n"}, 7)
	check(t, killed.Finish(ctx, store.Killed, "stopped"))
	return n
}

func mustJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// begin starts a run with some losses and pictures, different for each i.
func (n notebook) begin(t testing.TB, of store.NewRun, i int) *store.Run {
	t.Helper()
	ctx := t.Context()
	if of.Params == nil {
		of.Params = []store.Param{
			{Path: "stages.0.optimizer.name", Value: mustJSON([]string{"adam", "lbfgs"}[i%2])}, {Path: "losses.tv.weight", Value: mustJSON(i % 2 * 10)},
			{Path: "content.image", Value: mustJSON("/pictures/photo.png")},
		}
	}
	r, err := n.store.Begin(ctx, of)
	check(t, err)
	check(t, r.Event(ctx, "stage", 0, map[string]int{"stage": 1, "height": 20, "width": 30}))
	for step := range 20 {
		total := 100 * math.Exp(-float64(step)/5) * float64(i+1)
		check(t, r.Log(ctx, step, []store.Value{{Name: "loss/total", Value: total}, {Name: "loss/style", Value: total / 2}, {Name: "time/iteration", Value: 0.1}}))
	}
	pair := float32(i/2) / 4
	for _, a := range []store.Artifact{
		{Kind: "content", Name: "content.png", Data: picture(t, 0, pair)},
		{Kind: "style", Name: "style-0.png", Data: picture(t, 1, pair)},
		{Kind: "picture", Name: "step-000010.png", Step: 10, Stage: 1, Data: picture(t, 0.3, float32(i)/10)},
		{Kind: "picture", Name: "picture.png", Step: 19, Stage: 1, Data: picture(t, 0.6, float32(i)/10)},
	} {
		a.MIME, a.Width, a.Height = "image/png", 30, 20
		check(t, r.Artifact(ctx, a))
	}
	return r
}

// serve serves the notebook without a guard for hosts, or with o's.
func (n notebook) serve(t testing.TB, o Options) *httptest.Server {
	t.Helper()
	o.Path = n.path
	s, err := New(t.Context(), o)
	check(t, err)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() { web.Close(); s.Close() })
	return web
}

// get returns the answer to a GET, and its body.
func get(t testing.TB, web *httptest.Server, address string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, web.URL+address, nil)
	check(t, err)
	return do(t, r, headers)
}

// post sends a form: names and values by turns.
func post(t testing.TB, web *httptest.Server, address string, form url.Values, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, web.URL+address, strings.NewReader(form.Encode()))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return do(t, r, headers)
}

func do(t testing.TB, r *http.Request, headers []string) (*http.Response, string) {
	t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	check(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	check(t, err)
	return answer, string(body)
}
