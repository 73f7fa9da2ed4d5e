package tensorboard_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/storetest"
	"runexp/internal/python"
	"runexp/reports/export"
	"runexp/reports/export/exporttest"
	"runexp/reports/export/folder"
	"runexp/reports/export/tensorboard"
)

// What testdata/read_events.py prints.
type found struct {
	Runs map[string]struct {
		Version float64
		Scalars map[string][][3]any // step, value, time
		Images  map[string][][4]any // step, height, width, SHA-256
	}
	Hparams struct {
		Settings [][3]any // name, type, whether it differs
		Metrics  []string
		Sessions map[string]session
	}
}

type session struct {
	Status     string
	Start, End float64
	Settings   map[string]string
	Metrics    map[string][2]any // value, step
}

func write(t *testing.T, s *store.Store) (path string, problems []string) {
	t.Helper()
	all, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	selection, err := export.Select(t.Context(), s, all, true)
	check(t, err)
	path = filepath.Join(t.TempDir(), "to")
	to, err := folder.Open(t.Context(), path, "tensorboard")
	check(t, err)
	defer to.Close()
	problems, err = tensorboard.Write(t.Context(), selection, to)
	check(t, err)
	check(t, to.Commit())
	return path, problems
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same reports whether a number as Python writes it is v in float32.
func same(written any, v float64) bool {
	got, err := strconv.ParseFloat(written.(string), 64)
	return err == nil && (got == float64(float32(v)) || math.IsNaN(got) && math.IsNaN(v))
}

// TensorBoard reads every value, every picture and every setting of a store.
func TestReadByTensorBoard(t *testing.T) {
	python.Interpreter(t)
	s := exporttest.Store(t, 1)
	path, problems := write(t, s)
	if len(problems) > 0 {
		t.Errorf("problems %q", problems)
	}
	var got found
	python.Read(t, &got, "testdata/read_events.py", path)
	runs, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	if len(got.Runs) != len(runs)+1 || len(got.Hparams.Sessions) != len(runs) {
		t.Fatalf("%d folders, %d sessions", len(got.Runs), len(got.Hparams.Sessions))
	}
	for _, run := range runs {
		checkScalars(t, s, run, got)
		checkSession(t, s, run, got)
	}
	checkPictures(t, s, got)
	checkExperiment(t, got)
}

func checkScalars(t *testing.T, s *store.Store, run store.RunSummary, got found) {
	t.Helper()
	read := got.Runs[tensorboard.Folder(run)]
	if read.Version != 2 {
		t.Errorf("run %d: version %v", run.Number, read.Version)
	}
	names, err := s.MetricNames(t.Context(), run.Number)
	check(t, err)
	scored := map[string]bool{}
	if run.Number == 1 { // its own score is there once, the other one is a scalar too
		if noise := read.Scalars["eval/noise"]; len(noise) != 1 || noise[0][0] != 2499.0 || !same(noise[0][1], math.NaN()) {
			t.Errorf("scored noise is %v", noise)
		}
		scored["eval/noise"] = true
	}
	if len(read.Scalars) != len(names)+len(scored) {
		t.Errorf("run %d has %d scalars, want %q", run.Number, len(read.Scalars), names)
	}
	for _, name := range names {
		points, err := s.Series(t.Context(), run.Number, name)
		check(t, err)
		scalars := read.Scalars[name]
		if len(scalars) != len(points) {
			t.Errorf("run %d has %d values of %q, want %d", run.Number, len(scalars), name, len(points))
			continue
		}
		for i, p := range points {
			if scalars[i][0] != float64(p.Step) || !same(scalars[i][1], p.Value) {
				t.Errorf("run %d, %q: %v, want %v", run.Number, name, scalars[i], p)
			}
		}
	}
	if run.Number == 1 { // iterations of a quarter of a second
		began := float64(run.Started.UnixMicro()) / 1e6
		for _, step := range []int{0, 1, 100, 2499} {
			if at := read.Scalars["loss/total"][step][2].(float64); math.Abs(at-began-float64(step)/4) > 1e-5 {
				t.Errorf("step %d is at %v, %v seconds after the start", step, at, at-began)
			}
		}
	}
}

func checkSession(t *testing.T, s *store.Store, run store.RunSummary, got found) {
	t.Helper()
	one := got.Hparams.Sessions[tensorboard.Folder(run)]
	end := 0.0
	if !run.Ended.IsZero() {
		end = float64(run.Ended.UnixMicro()) / 1e6
	}
	status := map[store.Status]string{store.Finished: "STATUS_SUCCESS", store.Failed: "STATUS_FAILURE", store.Running: "STATUS_UNKNOWN", store.Pruned: "STATUS_SUCCESS"}[run.Status]
	if one.Status != status || one.Start != float64(run.Started.UnixMicro())/1e6 || one.End != end {
		t.Errorf("run %d is %s from %v to %v, want %s from %v to %v", run.Number, one.Status, one.Start, one.End, status, run.Started, run.Ended)
	}
	params, err := s.Params(t.Context(), run.Number)
	check(t, err)
	for _, p := range params {
		name := strings.NewReplacer("[", ".", "]", "").Replace(p.Path)
		var value any
		check(t, json.Unmarshal(p.Value, &value))
		var as string // Python's form of it
		switch v := value.(type) {
		case nil:
		case bool:
			as = map[bool]string{true: "True", false: "False"}[v]
		case float64:
			as = pythonFloat(v)
		case string:
			as = "text " + v
		default:
			as = "text " + string(p.Value)
		}
		if name == "mixed" {
			as = "text " + string(p.Value)
		}
		read := one.Settings[name]
		if len(read) > 1 && strings.ContainsAny(read[:1], `'"`) {
			read = "text " + unquote(t, read)
		}
		if read != as {
			t.Errorf("run %d: %s is %q, want %q", run.Number, name, read, as)
		}
	}
}

// pythonFloat writes a number as Python does.
func pythonFloat(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// unquote reads a text as Python writes it: in either quote, with few escapes.
func unquote(t *testing.T, written string) string {
	t.Helper()
	inner := written[1 : len(written)-1]
	inner = strings.NewReplacer(`\'`, "'", `\\`, `\`, `\n`, "\n").Replace(inner)
	return inner
}

func checkPictures(t *testing.T, s *store.Store, got found) {
	run, err := s.FindRun(t.Context(), "1")
	check(t, err)
	images := got.Runs[tensorboard.Folder(run.RunSummary)].Images
	var all []string
	for tag, list := range images {
		for _, one := range list {
			all = append(all, fmt.Sprintf("%s at %v, %v×%v, %v", tag, one[0], one[1], one[2], one[3]))
		}
	}
	hash := func(step int, grey bool) string {
		sum := sha256.Sum256(exporttest.Picture(step, grey))
		return hex.EncodeToString(sum[:])
	}
	slices.Sort(all)
	want := []string{"content at 0, 4×5, " + hash(0, true), "picture at 10, 4×5, " + hash(10, false), "picture at 2499, 4×5, " + hash(2499, false)}
	if !slices.Equal(all, want) {
		t.Errorf("pictures\n%s\nwant\n%s", strings.Join(all, "\n"), strings.Join(want, "\n"))
	}
}

func checkExperiment(t *testing.T, got found) {
	t.Helper()
	types := map[string]string{}
	for i, one := range got.Hparams.Settings {
		types[one[0].(string)] = one[1].(string)
		if last := i == len(got.Hparams.Settings)-1; one[2] == last || last != (one[0] == "same") {
			t.Errorf("%v is at %d, differs: %v", one[0], i, one[2])
		}
	}
	for name, want := range map[string]string{"flag": "DATA_TYPE_BOOL", "number": "DATA_TYPE_FLOAT64", "mixed": "DATA_TYPE_STRING", "stages.7.size": "DATA_TYPE_FLOAT64", "nothing": ""} {
		if types[name] != want {
			t.Errorf("%s is of type %q, want %q", name, types[name], want)
		}
	}
	if !slices.Contains(got.Hparams.Metrics, "eval/content") || !slices.Contains(got.Hparams.Metrics, exporttest.Metric) {
		t.Errorf("metrics %q", got.Hparams.Metrics)
	}
	for name, one := range got.Hparams.Sessions {
		if strings.Contains(name, "run-1-") && (one.Metrics["eval/content"] != [2]any{"0.25", 2499.0} || one.Metrics["loss/style"][1] != 7.0) {
			t.Errorf("the metrics of run 1 are %v", one.Metrics)
		}
	}
}

// A damaged picture is left out and named.
func TestDamagedPicture(t *testing.T) {
	s := exporttest.Store(t, 1)
	check(t, storetest.Exec(s.Path(), `UPDATE blobs SET data = x'00' WHERE id = (SELECT blob_id FROM artifacts WHERE name = 'picture.png')`))
	_, problems := write(t, s)
	if len(problems) != 1 || !strings.Contains(problems[0], "run 1: picture.png is left out") {
		t.Errorf("problems %q", problems)
	}
}

// Whatever an experiment is called, its folder is a plain name below the export.
func TestFolder(t *testing.T) {
	for name, want := range map[string]string{
		"layers-2.1": "layers-2.1", "..": "_.", "../../evil": "_._.._evil", "": "_", "a/b\\c\x00d": "a_b_c_d", "Ärger 日本": "Ärger_日本", strings.Repeat("x", 300): strings.Repeat("x", 60),
	} {
		if got := tensorboard.Folder(store.RunSummary{RunRef: store.RunRef{Number: 7, Experiment: name}}); got != want+"/run-7-00000000" {
			t.Errorf("%q: %q", name, got)
		}
	}
}
