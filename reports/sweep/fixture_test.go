package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// ending is how a trial of the fixture ends; the usual one is finished.
type ending map[int]store.Status

const neverBegun store.Status = ""

// fixture is a store with the sweep that tests read: two total-variation
// weights × three content layers × eight pairs.
type fixture struct {
	question string
	ends     ending
	scorer   string // that scored the pictures; the sweep's if ""
	losses   int    // besides content, style and tv
	// definitions of the plan: those below if nil
	definitions []record.Metric
	metrics     []string // of the question: content and noise if nil
}

func openTest(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

var (
	tvWeights = []float64{0, 10}
	layers    = []string{"conv2_1", "conv3_1", "conv4_4"}
)

// plant returns the metrics of a picture: the weight divides noise by 3 and adds a
// 20th of content distance, deeper layers add content distance and take style
// distance away, and pairs differ.
func plant(tv, layer, pair int) []store.Value {
	of := 1 + 0.3*float64(pair)
	wobble := 1 + 0.01*math.Sin(float64(7*tv+3*layer+5*pair))
	return []store.Value{
		{Name: "eval/content", Value: wobble * of * (0.3 + 0.15*float64(layer)) * (1 + 0.05*float64(tv))},
		{Name: "eval/style", Value: wobble * of * (0.6 - 0.12*float64(layer))},
		{Name: "eval/noise", Value: wobble * 9 * of * math.Pow(3, -float64(tv))},
		{Name: "eval/mine", Value: 0.5},
	}
}

// make plans the sweep and runs its trials.
func (f fixture) make(t testing.TB, s *store.Store) store.Sweep {
	t.Helper()
	var trials []store.PlannedTrial
	for tv := range tvWeights {
		for layer := range layers {
			for pair := range 8 {
				trials = append(trials, planned(len(trials), tv, layer, pair))
			}
		}
	}
	if f.definitions == nil {
		f.definitions = definitions()
	}
	if f.metrics == nil {
		f.metrics = []string{"eval/content", "eval/noise"}
	}
	plan, err := json.Marshal(record.Plan{
		Question: f.question, Method: "grid", Repeats: 1, Metrics: f.metrics,
		Parameters: []record.Parameter{
			{Path: "losses.tv.weight", Labels: []string{"0", "10"}, Numbers: tvWeights},
			{Path: "losses.content.layers", Labels: layers},
		},
		Pairs: []string{"a × c"}, Definitions: f.definitions,
	})
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.PlanSweep(t.Context(), store.NewSweep{
		Experiment: "layers", Method: "grid", Plan: plan, Metrics: f.metrics, Scorer: "5c0e", Trials: trials,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, trial := range trials {
		status, special := f.ends[i]
		if !special {
			status = store.Finished
		}
		if status != neverBegun {
			f.run(t, s, trial, status)
		}
	}
	return w
}

// planned is trial i of the plan.
func planned(i, tv, layer, pair int) store.PlannedTrial {
	content, style := fmt.Sprintf("photo-%c.png", 'a'+pair/2), fmt.Sprintf("painting-%c.png", 'a'+pair%2)
	at, _ := json.Marshal(map[string]any{
		"settings": []map[string]any{
			{"path": "losses.tv.weight", "value": tvWeights[tv], "label": fmt.Sprint(tvWeights[tv])},
			{"path": "losses.content.layers", "value": []string{layers[layer]}, "label": layers[layer]},
		},
		"levels": []int{tv, layer}, "pair": pair, "repeat": 0, "content": content, "style": style,
		"content_hash": "aa" + content, "style_hash": "bb" + style,
	})
	return store.PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "experiment: layers\n", Point: at}
}

// run records one trial.
func (f fixture) run(t testing.TB, s *store.Store, trial store.PlannedTrial, status store.Status) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var at point
	check(json.Unmarshal(trial.Point, &at))
	tv, layer := at.Levels[0], at.Levels[1]
	r, err := s.Begin(ctx, store.NewRun{
		Experiment: "layers", TrialHash: trial.Hash, ConfigResolved: "experiment: layers\nseed: 1\n",
		Params: []store.Param{{Path: "losses.tv.weight", Value: json.RawMessage(fmt.Sprint(tvWeights[tv]))}},
		Env: []store.Fact{
			{Name: "command", Value: "runexp -c layers.yaml"}, {Name: "machine/cpu", Value: "a processor"},
			{Name: "weights/name", Value: "vgg19-lite"}, {Name: "sha256/content.image", Value: at.ContentHash}, {Name: "scorer/hash", Value: "5c0e"},
		},
	})
	check(err)
	check(r.Event(ctx, "stage", 0, map[string]int{"height": 40, "width": 60}))
	for step := range 60 {
		down := math.Exp(-float64(step) / 9)
		values := []store.Value{
			{Name: "loss/content", Value: (1 + float64(layer)) * (1 - down)}, {Name: "loss/style", Value: 0.3 + 40*down*float64(1+layer)},
			{Name: "loss/tv", Value: 0.1 + down/float64(1+tv)}, {Name: "loss/style/conv1_1", Value: 1}, {Name: "evaluations", Value: float64(step)},
			{Name: "loss/total", Value: (1+float64(layer))*(1-down) + 1000*(0.3+40*down*float64(1+layer))},
		}
		for i := range f.losses {
			values = append(values, store.Value{Name: fmt.Sprintf("loss/more-%02d", i), Value: 1 + down})
		}
		if step < 59 {
			values = append(values, store.Value{Name: "time/iteration", Value: 0.02 * float64(1+layer)})
		}
		check(r.Log(ctx, step, values))
	}
	add := func(kind, name string, step int, m *imaging.Image) {
		var file bytes.Buffer
		check(imaging.EncodePNG(&file, m, nil))
		check(r.Artifact(ctx, store.Artifact{Kind: kind, Name: name, Step: step, MIME: "image/png", Width: m.W, Height: m.H, Data: file.Bytes()}))
	}
	add("content", at.Content, 0, painted(40, 60, float64(at.Pair/2), 0, 0))
	add("style", at.Style, 0, painted(60, 50, 4+float64(at.Pair%2), 2, 0))
	switch status {
	case store.Finished:
		add("picture", "picture.png", 59, painted(40, 60, float64(at.Pair), float64(layer), 0.3*float64(1-tv)))
		check(r.Log(ctx, 59, []store.Value{{Name: "memory/peak", Value: 100 << 20}}))
		check(r.Finish(ctx, status, ""))
	default:
		check(r.Finish(ctx, status, "the loss is not <finite> | at step 59"))
	}
	// A trial that did not finish is in no answer, though somebody scored what it left.
	by := "5c0e"
	if f.scorer != "" {
		by = f.scorer
	}
	check(s.Score(ctx, r.Number(), store.Scorer{Hash: by, Description: json.RawMessage(`{"backbone":"vgg19-lite","content":["relu3_3"],"metrics":[{"name":"eval/unshown"}]}`)}, plant(tv, layer, at.Pair)))
}

// painted is a picture of stripes with noise.
func painted(h, w int, tilt, waves, noise float64) *imaging.Image {
	m := imaging.New(h, w)
	for i := range m.Pix {
		y, x, c := float64(i/3/w), float64(i/3%w), float64(i%3)
		v := 0.5 + 0.4*math.Sin((x*(1+waves)+y*(1+tilt)+7*c)/9) + noise*math.Sin(float64(i*i))
		m.Pix[i] = float32(min(max(v, 0), 1))
	}
	return m
}

// definitions are the metrics in the fixture's plan.
func definitions() []record.Metric {
	return []record.Metric{
		{Name: "eval/content", Label: "content distance", Better: "lower", Doc: "squared distance of the features"},
		{Name: "eval/style", Label: "style distance", Better: "lower"},
		{Name: "eval/noise", Label: "noise", Better: "lower", Unit: "levels of 255"},
	}
}

// usual has what a sweep may have: a question that is markup, and trials that did
// not finish.
func usual() fixture {
	return fixture{
		question: `What does <script>alert("x")</script> the total-variation weight do to noise, and *what* does it cost?`,
		ends:     ending{5: store.Failed, 10: store.Killed, 23: neverBegun},
	}
}

// draws is a random sweep of twelve style weights on six pairs; the weight takes
// style distance away.
func draws(t testing.TB, s *store.Store) store.Sweep {
	t.Helper()
	var trials []store.PlannedTrial
	for i := range 72 {
		weight, pair := 5+i/6*5%12, i%6
		at, err := json.Marshal(map[string]any{
			"settings": []map[string]any{{"path": "losses.style.weight", "value": weight, "label": fmt.Sprint(weight)}},
			"levels":   []int{-1}, "pair": pair, "content": fmt.Sprintf("p%d.png", pair), "style": fmt.Sprintf("q%d.png", pair),
		})
		if err != nil {
			t.Fatal(err)
		}
		trials = append(trials, store.PlannedTrial{Number: i, Hash: fmt.Sprint("h", i), Config: "experiment: weights\n", Point: at})
	}
	w, err := s.PlanSweep(t.Context(), store.NewSweep{
		Experiment: "weights", Method: "random", Scorer: "5c0e", Metrics: []string{"eval/style"}, Trials: trials,
		Plan: json.RawMessage(`{"method": "random", "parameters": [{"path": "losses.style.weight"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, trial := range trials {
		weight, pair := float64(5+i/6*5%12), float64(i%6)
		r, err := s.Begin(t.Context(), store.NewRun{Experiment: "weights", TrialHash: trial.Hash})
		if err == nil {
			err = r.Log(t.Context(), 0, []store.Value{{Name: "loss/total", Value: weight}})
		}
		if err == nil {
			err = r.Finish(t.Context(), store.Finished, "")
		}
		if err == nil {
			err = s.Score(t.Context(), r.Number(), store.Scorer{Hash: "5c0e", Description: json.RawMessage(`{}`)},
				[]store.Value{{Name: "eval/style", Value: (1 + pair/5) * (30 - weight)}})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return w
}
