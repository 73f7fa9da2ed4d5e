// Package exporttest makes a store whose runs are hard to export, for tests.
package exporttest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"runexp/framework/store"
)

// Texts that formats have to quote.
const (
	Experiment = "=1+1, \"quoted\"\n\U0001F3A8 <b>"
	Message    = "line one\r\nline \"two\", three;\tfour \U0001D518"
	Metric     = "loss/it's \"odd\" \U0001F600"
)

// Values are numbers that formats have to keep: none is another in fewer digits.
func Values() []float64 {
	return []float64{0.30000000000000004, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.SmallestNonzeroFloat64, 1e21, 123456789.125}
}

// Store returns a store with a finished run of many values and three pictures (1), a failed
// one with odd names and many settings (2), one that is running (3), a pruned one (4), and a
// sweep of which a trial has not begun. scorers is 1 or 2.
func Store(t testing.TB, scorers int) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, s.Close()) })
	_, err = s.PlanSweep(t.Context(), store.NewSweep{
		Experiment: "layers", Method: "grid", Scorer: scorer(0).Hash, Metrics: []string{"eval/content"},
		Plan: json.RawMessage(`{"method":"grid","parameters":[{"path":"losses.tv.weight","labels":["0","10"]},{"path":"content","labels":["a"]}]}`),
		Trials: []store.PlannedTrial{
			{Number: 0, Hash: "h0", Config: "a: 1\n", Point: json.RawMessage(`{"settings":[{"path":"losses.tv.weight","value":0,"label":"0"},{"path":"content","value":"=b","label":"a"}],"pair":-1,"content":"p.png","style":"q.png"}`)},
			{Number: 1, Hash: "h1", Config: "a: 1\n", Point: json.RawMessage(`{"settings":[{"path":"losses.tv.weight","value":0.5,"label":"0.5"}],"pair":-1,"content":"p.png","style":"q.png"}`)},
		},
	})
	check(t, err)

	one := begin(t, s, store.NewRun{
		Experiment: "layers", TrialHash: "h0", Seed: math.MaxInt64, ConfigWritten: "experiment: layers\n", ConfigResolved: "experiment: layers\nseed: 1\n",
		Params: params("flag", "true", "size.long", "160", "rate", "1e-8", "mixed", "[1, \"two\"]", "number", "1", "style[0].image", `"a,\"b\".png"`, "nothing", "null"),
		Env:    []store.Fact{{Name: "version/go", Value: "go1.26"}, {Name: "scorer/hash", Value: scorer(0).Hash}},
	})
	for step := range 2500 {
		values := []store.Value{{Name: "loss/total", Value: 1 / float64(step+3)}, {Name: "time/iteration", Value: 0.25}}
		if step < len(Values()) {
			values = append(values, store.Value{Name: "loss/style", Value: Values()[step]})
		}
		check(t, one.Log(t.Context(), step, values))
	}
	check(t, one.Log(t.Context(), 2499, []store.Value{{Name: "eval/content", Value: 0.25}})) // as a run records its own scores
	check(t, one.Event(t.Context(), "stage", 0, map[string]any{"stage": 1, "height": 4}))
	for _, a := range []store.Artifact{
		{Kind: "content", Name: "content.png"}, {Kind: "picture", Name: "step-000010.png", Stage: 1, Step: 10},
		{Kind: "picture", Name: "picture.png", Stage: 1, Step: 2499},
	} {
		a.MIME, a.Width, a.Height, a.Data = "image/png", 5, 4, Picture(a.Step, a.Kind == "content")
		check(t, one.Artifact(t.Context(), a))
	}
	check(t, one.Finish(t.Context(), store.Finished, ""))
	check(t, s.Score(t.Context(), one.Number(), scorer(0), []store.Value{{Name: "eval/content", Value: 0.25}, {Name: "eval/noise", Value: math.NaN()}}))

	star, note := true, Message
	check(t, s.Mark(t.Context(), []int64{one.Number()}, store.MarksChange{Star: &star, Note: &note, AddTags: []string{"seen", "=b"}}))

	many := []string{"mixed", "false", "number", "2.5", "long", quoted(strings.Repeat("ü\U0001F600", 3500)), "losses.it's \"odd\" \U0001F600", `"+x"`, "flag", "false"}
	for i := range 250 {
		many = append(many, fmt.Sprintf("stages[%d].size", i), fmt.Sprint(i))
	}
	two := begin(t, s, store.NewRun{Experiment: Experiment, Params: params(many...)})
	for step, value := range Values() {
		check(t, two.Log(t.Context(), 3*step, []store.Value{{Name: Metric, Value: value}}))
	}
	check(t, two.Finish(t.Context(), store.Failed, Message))
	if scorers > 1 {
		check(t, s.Score(t.Context(), two.Number(), scorer(1), []store.Value{{Name: "eval/content", Value: 99}}))
	}

	three := begin(t, s, store.NewRun{Experiment: "layers", Params: params("number", "3")})
	check(t, three.Log(t.Context(), 0, []store.Value{{Name: "loss/total", Value: 3}}))
	check(t, three.Flush(t.Context()))

	four := begin(t, s, store.NewRun{Experiment: "layers", TrialHash: "h2"})
	check(t, four.Finish(t.Context(), store.Pruned, "by median"))
	return s
}

// Picture returns a PNG of 5×4 pixels, grey or in colour.
func Picture(seed int, grey bool) []byte {
	var target interface {
		image.Image
		Set(x, y int, c color.Color)
	} = image.NewNRGBA(image.Rect(0, 0, 5, 4))
	if grey {
		target = image.NewGray(image.Rect(0, 0, 5, 4))
	}
	for i := range 20 {
		target.Set(i%5, i/5, color.NRGBA{R: uint8(seed + i), G: uint8(11 * i), B: 7, A: 255})
	}
	var data bytes.Buffer
	if err := png.Encode(&data, target); err != nil {
		panic(err) // of a buffer
	}
	return data.Bytes()
}

func scorer(i int) store.Scorer {
	return store.Scorer{Hash: strings.Repeat([]string{"ab", "cd"}[i], 32), Description: json.RawMessage(
		`{"metrics": [{"name": "eval/content", "label": "content distance", "doc": "how far it is", "unit": "parts", "better": "lower"}]}`)}
}

func begin(t testing.TB, s *store.Store, n store.NewRun) *store.Run {
	t.Helper()
	n.Params = append(n.Params, params("same", "1")...)
	r, err := s.Begin(t.Context(), n)
	check(t, err)
	return r
}

// params returns settings of paths and values in turn.
func params(list ...string) (all []store.Param) {
	for i := 0; i < len(list); i += 2 {
		all = append(all, store.Param{Path: list[i], Value: json.RawMessage(list[i+1])})
	}
	return all
}

func quoted(text string) string {
	data, err := json.Marshal(text)
	if err != nil {
		panic(err) // of a text
	}
	return string(data)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
