package sweep

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"runexp/framework/store"
)

var look = flag.String("look", "", "write the reports of the tests under this folder, to be looked at")

// written is a report as it was written.
type written struct {
	folder   string
	paths    []string
	markdown string
	sections map[string]string // of the HTML by id: its text
	images   int
}

func write(t *testing.T, s *store.Store, sweep int64) written {
	t.Helper()
	out := t.TempDir()
	if *look != "" {
		out = filepath.Join(*look, t.Name())
	}
	_, paths, err := Write(t.Context(), s, experimentOf(t, s, sweep), sweep, out, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := written{folder: filepath.Dir(paths[0]), paths: paths, sections: map[string]string{}}
	text, err := os.ReadFile(paths[1])
	if err != nil {
		t.Fatal(err)
	}
	r.markdown = string(text)
	r.parse(t)
	r.links(t)
	return r
}

// experimentOf returns the name of the experiment that a sweep belongs to.
func experimentOf(t *testing.T, s *store.Store, sweep int64) string {
	t.Helper()
	all, err := s.Sweeps(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		if w.Number == sweep {
			return w.Experiment
		}
	}
	t.Fatalf("no sweep %d", sweep)
	return ""
}

// parse reads the HTML, which may name nothing that is elsewhere.
func (r *written) parse(t *testing.T) {
	t.Helper()
	file, err := os.ReadFile(r.paths[0])
	if err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(string(file)))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if slices.Contains([]string{"link", "iframe", "object", "embed"}, n.Data) {
			t.Errorf("an element <%s>", n.Data)
		}
		if n.Data == "script" && (n.FirstChild == nil || strings.Contains(n.FirstChild.Data, "<script>")) {
			t.Error("a script from elsewhere, or with text that ends it")
		}
		if n.Data == "img" {
			r.images++
		}
		for _, a := range n.Attr {
			if a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/") || a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("<%s> refers to %.40s", n.Data, a.Val)
			}
		}
		if n.Data == "style" && strings.Contains(n.FirstChild.Data, "url(") {
			t.Error("the style sheet loads something")
		}
		if n.Data == "section" {
			r.sections[n.Attr[0].Val] = textOf(n)
		}
	}
}

func textOf(n *html.Node) string {
	var words []string
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "script" {
			words = append(words, strings.Fields(d.Data)...)
		}
	}
	return strings.Join(words, " ")
}

// links checks that every file that the Markdown names is there, and was said to be written.
func (r *written) links(t *testing.T) {
	t.Helper()
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(r.markdown, -1) {
		path := filepath.Join(r.folder, link[1])
		if info, err := os.Stat(path); err != nil || info.Size() == 0 || !slices.Contains(r.paths, path) {
			t.Errorf("a link to %s: %v", link[1], err)
		}
	}
}

// has checks that a section contains texts, in the HTML and, word for word, in the Markdown.
func (r *written) has(t *testing.T, id string, wants ...string) {
	t.Helper()
	text, there := r.sections[id]
	if !there {
		t.Fatalf("no section %s", id)
	}
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("section %s lacks %q:\n%s", id, want, text)
		}
	}
	r.inMarkdown(t, wants...)
}

func (r *written) inMarkdown(t *testing.T, wants ...string) {
	t.Helper()
	plain := strings.NewReplacer(`\`, "", "| ", "", "\n", " ").Replace(r.markdown)
	for _, want := range wants {
		if !strings.Contains(plain, strings.ReplaceAll(want, "| ", "")) {
			t.Errorf("the Markdown lacks %q", want)
		}
	}
}

// The whole report of a sweep whose effects are known, and of which some trials
// did not finish.
func TestWrite(t *testing.T) {
	s := openTest(t)
	w := usual().make(t, s)
	r := write(t, s, w.Number)
	r.has(t, "short", `What does <script>alert("x")</script> the total-variation weight do to noise, and *what* does it cost?`)
	r.has(t, "short", "Raising losses.tv.weight from 0 to 10 raises content distance by", "Best means: content distance")
	if first := strings.Index(r.markdown, "pictures-best.png"); first < 0 || first > strings.Index(r.markdown, "without any one picture is") {
		t.Errorf("the best pictures are at %d", first)
	}
	r.has(t, "setup", "A grid sweep of 48 trials, on 8 pairs of content and style.", "losses.content.layers conv2_1 · conv3_1 · conv4_4",
		"content distance: squared distance of the features")
	r.has(t, "answers", "Raising losses.tv.weight from 0 to 10 raises content distance by", "cuts noise by 66.", ", on these pictures (8 pairs).", "noise 10 0 −66.", "differs",
		"without any one picture is the range of that change as each picture in turn is left out",
		"no evidence that it changes noise", "3 of 48 trials are not in these answers", "Claims are corrected for the 4 tests")
	r.has(t, "effects", "A line is one pair through its values", "what counts is whether the lines go the same way",
		"losses.content.layers conv3_1 conv4_4 noise −", "Share of each metric's variation")
	r.has(t, "tradeoff", "On the Pareto front are the settings", "10, conv2_1; 10, conv3_1")
	r.inMarkdown(t, "Columns are losses.content.layers, rows are losses.tv.weight.", "21 of 45 finished pictures, 4 of 8 pairs")
	for run := range 47 { // without a script all pictures are there too, with their settings
		of := fmt.Sprintf("run %d: losses.tv.weight", run+1)
		if there := strings.Contains(r.sections["pictures"], of); there != !slices.Contains([]int{6, 11}, run+1) {
			t.Errorf("section pictures has %q: %v", of, there)
		}
	}
	r.has(t, "metrics", "noise, levels of 255", "style distance", "mine 0.5 0.5 neither")
	r.has(t, "convergence", "47 of 47 trials that have begun")
	r.has(t, "trials", "0 0 conv2_1 photo-a.png painting-a.png 1 finished 0.3 9")
	r.has(t, "missing", "45 of 48 trials finished: 1 failed, 1 killed, 1 not begun.",
		"5 losses.tv.weight 0, losses.content.layers conv2_1, photo-c.png × painting-b.png 6 failed the loss is not <finite> | at step 59")
	r.has(t, "cost", "all 45", "losses.content.layers conv4_4 15", "0.06 100")
	r.has(t, "repeat", "runexp -c layers.yaml", "machine/cpu", "a processor", "content photo-a.png aaphoto-a.png", "Scorer 5c0e",
		`"path": "losses.tv.weight"`, "The whole config of trial 0, run 1", "seed: 1")
	// Effects and trade-offs, two each; 45 results, content images that equal four of them, two styles; three clocks; the best.
	if want := 2 + 2 + 45 + 2 + 3 + 1; r.images != want {
		t.Errorf("%d pictures, want %d", r.images, want)
	}
	// Each thing is said once: a contrast in the answer's table or in the section of effects, and
	// what a metric is where it is first named.
	if strings.Contains(r.sections["effects"], "losses.tv.weight 0 10 noise") {
		t.Error("a contrast of the answers is repeated")
	}
	for _, text := range []string{"squared distance of the features", "without any one picture is"} {
		if n := strings.Count(r.markdown, text); n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
	if strings.Contains(r.markdown, "<script>") {
		t.Error("the question is markup in Markdown")
	}
	for _, name := range []string{"effects-1.png", "effects-1.svg", "tradeoff-2.svg", "pictures-1.png", "convergence-evaluations.svg"} {
		if !slices.Contains(r.paths, filepath.Join(r.folder, name)) {
			t.Errorf("%s was not written", name)
		}
	}
}

// However many losses there are, a figure is no longer than one may be; a loss that is
// no number costs its own panel only.
func TestWriteOfManyLosses(t *testing.T) {
	s := openTest(t)
	f := fixture{losses: 30, ends: ending{}}
	for i := 2; i < 48; i++ {
		f.ends[i] = neverBegun
	}
	w := f.make(t, s)
	r, err := s.Begin(t.Context(), store.NewRun{Experiment: "layers", TrialHash: "h2"})
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(r.Log(t.Context(), 0, []store.Value{{Name: "loss/total", Value: 3}, {Name: "loss/endless", Value: math.Inf(1)}}),
		r.Finish(t.Context(), store.Failed, "endless"))
	if err != nil {
		t.Fatal(err)
	}
	report := write(t, s, w.Number)
	report.has(t, "convergence", "3 of 3 trials that have begun")
	for name, there := range map[string]bool{"convergence-step.png": true, "convergence-step-2.png": true, "convergence-seconds-4.svg": true, "convergence-step-5.png": false} {
		if slices.Contains(report.paths, filepath.Join(report.folder, name)) != there {
			t.Errorf("%s is there: %t", name, !there)
		}
	}
}

// A sweep of which nothing has finished, or nothing has begun, says so in every section.
func TestWriteOfNothing(t *testing.T) {
	for name, c := range map[string]struct {
		ends store.Status
		want map[string]string
	}{
		"not begun": {neverBegun, map[string]string{
			"answers": "Nothing has finished yet, so there is no answer.", "effects": "Nothing has finished yet", "tradeoff": "Nothing has finished yet",
			"pictures": "No picture is finished yet.", "metrics": "Nothing has finished yet", "convergence": "No trial has begun yet.",
			"missing": "0 of 48 trials finished: 48 not begun", "cost": "No trial has begun yet.", "repeat": "Scorer 5c0e has not scored a picture yet.",
		}},
		"failed": {store.Failed, map[string]string{
			"answers": "Nothing has finished yet, so there is no answer.", "pictures": "No picture is finished yet.",
			"convergence": "2 of 2 trials that have begun", "missing": "0 of 48 trials finished: 2 failed, 46 not begun",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			f := fixture{ends: ending{}}
			for i := range 48 {
				f.ends[i] = neverBegun
			}
			f.ends[0], f.ends[1] = c.ends, c.ends
			s := openTest(t)
			r := write(t, s, f.make(t, s).Number)
			for id, want := range c.want {
				r.has(t, id, want)
			}
			r.has(t, "answers", "The experiment states no question (sweep.question).")
		})
	}
}

// Finished pictures that the sweep's scorer has not seen are in no answer, whatever
// another scorer said.
func TestWriteWithoutScores(t *testing.T) {
	s := openTest(t)
	f := fixture{ends: ending{}, scorer: "0ther"}
	for i := range 48 {
		if i > 1 {
			f.ends[i] = neverBegun
		}
	}
	r := write(t, s, f.make(t, s).Number)
	r.has(t, "answers", "No picture has been scored yet, so there is no answer.")
	r.has(t, "missing", "its picture has not been scored by the sweep's scorer", "2 trials finished without a score.")
}

// Figures of an earlier report are removed, other files are not.
func TestWriteOverAnother(t *testing.T) {
	s := openTest(t)
	w := fixture{}.make(t, s)
	out := t.TempDir()
	folder := filepath.Join(out, "layers", "report")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"effects-7.png", "pictures-40.png", "effects-mine.txt", "notes.md"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_, paths, err := Write(t.Context(), s, w.Experiment, w.Number, out, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		mine := f.Name() == "effects-mine.txt" || f.Name() == "notes.md"
		if !mine && !slices.Contains(paths, filepath.Join(folder, f.Name())) {
			t.Errorf("%s is still there", f.Name())
		}
	}
	if len(files) != len(paths)+2 {
		t.Errorf("%d files, of which %d were written", len(files), len(paths))
	}
}

// What a rule stopped early is missing for its value: nothing is claimed of the rest.
func TestWriteOfPruned(t *testing.T) {
	s := openTest(t)
	f := fixture{ends: ending{10: store.Pruned}}
	w := f.make(t, s)
	r := write(t, s, w.Number)
	r.has(t, "answers", "Nothing is claimed, since trials were pruned", "early stopping pruned 1 run")
	r.has(t, "effects", "losses.tv.weight 0 10 noise −66.66% [")
	r.has(t, "missing", "with sweep.early_stop=null they are run to their end")
	if strings.Contains(r.sections["missing"], "The same command") {
		t.Error("it says that the same command would do")
	}
	f.run(t, s, planned(10, 0, 1, 2), store.Failed) // tried without the rule, in vain: it is still missing for its value
	r = write(t, s, w.Number)
	r.has(t, "answers", "Nothing is claimed, since trials were pruned")
}

// A random sweep draws from a range: its values are the levels, in order.
func TestWriteOfDraws(t *testing.T) {
	s := openTest(t)
	r := write(t, s, draws(t, s).Number)
	r.has(t, "setup", "losses.style.weight 12 drawn, from 5 to 16", "A random sweep of 72 trials, on 6 pairs")
	r.has(t, "answers", "losses.style.weight", "style distance")
	r.inMarkdown(t, "The settings in the order of the trials: losses.style.weight.")
	r.has(t, "metrics", "losses.style.weight (10 of 12 levels)")
	r.has(t, "convergence", "72 of 72 trials that have begun, losses on a logarithmic axis; at most 150 points of each curve. Each loss but the total is shown before its weight.")
}

// An older sweep's report leaves the newest's alone.
func TestFolders(t *testing.T) {
	s := openTest(t)
	f := fixture{ends: ending{}}
	for i := range 48 {
		f.ends[i] = neverBegun
	}
	older := f.make(t, s)
	f.question = "another"
	newer := f.make(t, s)
	if got := filepath.Base(write(t, s, newer.Number).folder); got != "report" {
		t.Errorf("the newest goes to %s", got)
	}
	if got := filepath.Base(write(t, s, older.Number).folder); got != fmt.Sprintf("report-%d", older.Number) {
		t.Errorf("an older one goes to %s", got)
	}
	if w, newest, err := Find(t.Context(), s, "layers", 0); err != nil || !newest || w.Number != newer.Number {
		t.Errorf("the newest is %d, %t, %v", w.Number, newest, err)
	}
	if _, _, err := Find(t.Context(), s, "weights", 0); !errors.Is(err, ErrNoSweep) {
		t.Errorf("an experiment without sweeps: %v", err)
	}
	if _, _, err := Write(t.Context(), s, "layers", 99, t.TempDir(), nil); !errors.Is(err, ErrNoSweep) {
		t.Errorf("no such sweep: %v", err)
	}
}

// What contradicts itself is an error that says where.
func TestPlansThatAreNone(t *testing.T) {
	plan := `{"parameters": [{"path": "a", "labels": ["1", "2"]}]}`
	for want, c := range map[string][2]string{
		"plan":                        {`{"parameters": 1}`, `{}`},
		"2 labels and 1 numbers":      {`{"parameters": [{"path": "a", "labels": ["1", "2"], "numbers": [1]}]}`, `{"levels": [0]}`},
		"trial 0: point":              {plan, `[]`},
		"0 levels of 1 parameters":    {plan, `{}`},
		"trial 0: no level 2 of a":    {plan, `{"levels": [2]}`},
		"trial 0: no level -1 of a":   {plan, `{"levels": [-1]}`},
		"trial 0: 2 levels of 1 para": {plan, `{"levels": [0, 0]}`},
	} {
		s := openTest(t)
		w, err := s.PlanSweep(t.Context(), store.NewSweep{
			Experiment: "a", Plan: json.RawMessage(c[0]), Trials: []store.PlannedTrial{{Hash: "h", Point: json.RawMessage(c[1])}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := Write(t.Context(), s, w.Experiment, w.Number, t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// A cost that was not measured is left out of the median.
func TestMedianOf(t *testing.T) {
	costs := []runCost{{peak: math.NaN()}, {peak: 3}, {peak: 1}}
	if got := medianOf(costs, func(b runCost) float64 { return b.peak }); got != 2 {
		t.Errorf("median %g", got)
	}
}

// A plan or a point that cannot be read is damage of the store, and the error names the way out.
func TestAPlanThatIsNoneIsDamage(t *testing.T) {
	for _, plan := range []string{"[]", `{"parameters": [{"path": "seed", "labels": ["1"], "numbers": [1, 2]}]}`} {
		if _, err := readPlan(store.Sweep{Plan: json.RawMessage(plan)}); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", plan, err)
		}
	}
	for _, at := range []string{"", "[", `{"levels": [1]}`} {
		trial := store.SweepTrial{PlannedTrial: store.PlannedTrial{Point: json.RawMessage(at)}}
		if _, err := (plan{}).readPoint(trial); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %v", at, err)
		}
	}
}
