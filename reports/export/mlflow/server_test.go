//go:build unix

package mlflow_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"runexp/framework/store"
	"runexp/internal/python"
	"runexp/reports/export"
	"runexp/reports/export/exporttest"
	"runexp/reports/export/mlflow"
)

// startServer starts MLflow's own server on a free port, and returns its address.
func startServer(t *testing.T, more ...string) string {
	t.Helper()
	interpreter, folder := python.Interpreter(t), t.TempDir()
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	check(t, err)
	check(t, free.Close())
	log, err := os.Create(filepath.Join(folder, "log"))
	check(t, err)
	args := []string{"-m", "mlflow", "server", "--host", "127.0.0.1", "--port", port, "--workers", "1", "--backend-store-uri", "sqlite:///" + filepath.Join(folder, "mlflow.db")}
	server := exec.Command(interpreter, append(args, more...)...) // killed below, with its workers
	server.Dir, server.Stdout, server.Stderr = folder, log, log
	server.Env = append(os.Environ(), "HOME="+folder, "MLFLOW_DISABLE_TELEMETRY=true", "DO_NOT_TRACK=true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false")
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(t, server.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-server.Process.Pid, syscall.SIGKILL) // its own group
		_ = server.Wait()
		log.Close()
	})
	address := "http://127.0.0.1:" + port
	for range 1200 { // two minutes, on a busy machine
		if answer, err := http.Get(address + "/health"); err == nil {
			_ = answer.Body.Close()
			return address
		}
		time.Sleep(100 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("no answer from the server:\n%s", text)
	return ""
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What testdata/read_server.py prints of a run.
type remote struct {
	ID           string
	Name, Status string
	Start, End   int64
	Params, Tags map[string]string
	Metrics      map[string][][3]any // step, value, time
	Artifacts    map[string]string
}

// write exports all runs of a store, and fails unless it is done.
func write(t *testing.T, s *store.Store, address, prefix string) (mlflow.Report, error) {
	t.Helper()
	runs, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	selection, err := export.Select(t.Context(), s, runs, true)
	check(t, err)
	to, err := mlflow.NewServer(address, mlflow.Credentials{})
	check(t, err)
	return mlflow.Write(t.Context(), selection, to, prefix)
}

// MLflow's client reads from its server what the store has; a second export changes nothing,
// and one after more was recorded adds that.
func TestReadByMLflow(t *testing.T) {
	address := startServer(t, "--serve-artifacts", "--artifacts-destination", t.TempDir())
	s := exporttest.Store(t, 1)
	report, err := write(t, s, address, "")
	check(t, err)
	if report.Created != 4 || report.Completed != 0 || report.Unchanged != 0 || len(report.Problems) > 0 {
		t.Errorf("report %+v", report)
	}
	first := readServer(t, address)
	for number := int64(1); number <= 4; number++ {
		checkRun(t, s, number, first)
	}
	checkArtifacts(t, s, first)
	if report, err = write(t, s, address, ""); err != nil || report.Unchanged != 4 {
		t.Errorf("again: %+v, %v", report, err)
	}
	// More is recorded: a score, of a run that had none.
	check(t, s.Score(t.Context(), 4, store.Scorer{Hash: strings.Repeat("ab", 32), Description: json.RawMessage("{}")}, []store.Value{{Name: "eval/content", Value: 7}}))
	if report, err = write(t, s, address, ""); err != nil || report.Completed != 1 || report.Unchanged != 3 {
		t.Errorf("with more: %+v, %v", report, err)
	}
	second := readServer(t, address)
	if len(second["layers"]) != 3 || len(second[exporttest.Experiment]) != 1 {
		t.Errorf("runs are doubled: %d and %d", len(second["layers"]), len(second[exporttest.Experiment]))
	}
	for _, run := range second["layers"] {
		if content := run.Metrics["eval/content"]; run.Tags["runexp.run"] == "4" && (len(content) != 1 || content[0][1] != "7.0") {
			t.Errorf("the new score is %v", content)
		}
		if run.Tags["runexp.run"] == "1" && len(run.Metrics["loss/total"]) != 2500 {
			t.Errorf("%d values", len(run.Metrics["loss/total"]))
		}
	}
	// A run that was deleted on the server is written again.
	deleted, err := http.Post(address+"/api/2.0/mlflow/runs/delete", "application/json", strings.NewReader(fmt.Sprintf(`{"run_id": %q}`, second[exporttest.Experiment][0].ID)))
	check(t, err)
	check(t, deleted.Body.Close())
	if report, err = write(t, s, address, ""); err != nil || report.Created != 1 || report.Unchanged != 3 {
		t.Errorf("after a deletion: %+v, %v", report, err)
	}
	// Another prefix makes no second copy of a run.
	if report, err = write(t, s, address, "copy/"); err != nil || report.Created != 0 || report.Unchanged != 4 || len(report.Problems) != 2 ||
		!strings.Contains(report.Problems[1], `3 runs already on the server, in the experiment "layers"`) {
		t.Errorf("under another name: %+v, %v", report, err)
	}
	if third := readServer(t, address); len(third["copy/layers"]) != 0 {
		t.Errorf("copies of runs: %d", len(third["copy/layers"]))
	}
	stopped(t, exporttest.Store(t, 1), address)
}

// stopped exports through a server that fails after some calls, and then goes on: nothing is
// missing, and nothing is there twice.
func stopped(t *testing.T, s *store.Store, address string) {
	t.Helper()
	for calls := 3; calls < 20; calls += 4 {
		_, err := write(t, s, failing(t, address, calls), "stopped/")
		if err == nil {
			t.Errorf("no error although call %d failed", calls+1)
		}
	}
	_, err := write(t, s, address, "stopped/")
	check(t, err)
	got := readServer(t, address)
	got["layers"], got[exporttest.Experiment] = got["stopped/layers"], got["stopped/"+exporttest.Experiment]
	if len(got["layers"]) != 3 || len(got[exporttest.Experiment]) != 1 {
		t.Errorf("%d and %d runs", len(got["layers"]), len(got[exporttest.Experiment]))
	}
	for number := int64(1); number <= 3; number++ {
		checkRun(t, s, number, got)
	}
	checkArtifacts(t, s, got)
}

func readServer(t *testing.T, address string) map[string][]remote {
	t.Helper()
	var found map[string][]remote
	python.Read(t, &found, "testdata/read_server.py", address)
	return found
}

func runOn(t *testing.T, s *store.Store, number int64, found map[string][]remote) (store.RunDetail, remote) {
	t.Helper()
	run, err := s.FindRun(t.Context(), fmt.Sprint(number))
	check(t, err)
	list := found[run.Experiment]
	i := slices.IndexFunc(list, func(r remote) bool { return r.Tags["runexp.uid"] == run.UID.String() })
	if i < 0 {
		t.Fatalf("run %d is not on the server: %v", number, list)
	}
	return run, list[i]
}

func checkRun(t *testing.T, s *store.Store, number int64, found map[string][]remote) {
	t.Helper()
	run, got := runOn(t, s, number, found)
	status := map[store.Status]string{store.Finished: "FINISHED", store.Failed: "FAILED", store.Running: "RUNNING", store.Pruned: "FINISHED"}[run.Status]
	end := int64(0)
	if !run.Ended.IsZero() {
		end = run.Ended.UnixMilli()
	}
	if got.Status != status || got.Start != run.Started.UnixMilli() || got.End != end || got.Name != fmt.Sprintf("run-%d-%s", number, run.UID.Short()) {
		t.Errorf("run %d is %s %s from %d to %d", number, got.Name, got.Status, got.Start, got.End)
	}
	for tag, want := range map[string]string{
		"runexp.status": string(run.Status), "runexp.message": run.Message, "runexp.trial": run.TrialHash, "runexp.seed": fmt.Sprint(run.Seed),
		"runexp.tags": map[int64]string{1: "=b seen"}[number], "runexp.star": fmt.Sprint(number == 1), "mlflow.note.content": map[int64]string{1: exporttest.Message}[number],
	} {
		if got.Tags[tag] != want {
			t.Errorf("run %d: %s is %q, want %q", number, tag, got.Tags[tag], want)
		}
	}
	checkParams(t, s, number, got)
	names, err := s.MetricNames(t.Context(), number)
	check(t, err)
	for _, name := range names {
		points, err := s.Series(t.Context(), number, name)
		check(t, err)
		checkSeries(t, run, name, points, got)
	}
}

func checkParams(t *testing.T, s *store.Store, number int64, got remote) {
	t.Helper()
	params, err := s.Params(t.Context(), number)
	check(t, err)
	if len(got.Params) != len(params) {
		t.Errorf("run %d has %d params, want %d", number, len(got.Params), len(params))
	}
	for _, p := range params {
		name := strings.NewReplacer("[", ".", "]", "").Replace(p.Path)
		if strings.Contains(name, `"odd"`) { // a name that MLflow does not take
			name = "losses.it_s _odd_ _-" + digest(name)
		}
		var want string
		if json.Unmarshal(p.Value, &want) != nil || string(p.Value) == "null" {
			want = string(p.Value)
		}
		if runes := []rune(want); len(runes) > 6000 {
			want = string(runes[:5999]) + "…"
		}
		if got.Params[name] != want {
			t.Errorf("run %d: %s is %q, want %q", number, name, got.Params[name], want)
		}
	}
}

func digest(name string) string {
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:])[:8]
}

func checkSeries(t *testing.T, run store.RunDetail, name string, points []store.Point, got remote) {
	t.Helper()
	read := got.Metrics[name]
	if name == exporttest.Metric {
		read = got.Metrics["loss/it_s _odd_ _-"+digest(name)]
	}
	if len(read) != len(points) {
		t.Errorf("run %d has %d values of %q, want %d", run.Number, len(read), name, len(points))
		return
	}
	slices.SortFunc(read, func(a, b [3]any) int { return int(a[0].(float64) - b[0].(float64)) })
	for i, p := range points {
		want := p.Value
		if math.IsInf(want, 0) {
			want = math.Copysign(math.MaxFloat64, want)
		}
		value, err := strconv.ParseFloat(read[i][1].(string), 64)
		check(t, err)
		at := run.Started.UnixMilli()
		if run.Number == 1 { // a quarter of a second each
			at = run.Started.Add(time.Duration(p.Step) * time.Second / 4).UnixMilli()
		}
		if read[i][0] != float64(p.Step) || value != want && !(math.IsNaN(value) && math.IsNaN(want)) || read[i][2] != float64(at) {
			t.Errorf("run %d, %q: %v, want %v at %d", run.Number, name, read[i], p, at)
		}
	}
}

func checkArtifacts(t *testing.T, s *store.Store, found map[string][]remote) {
	t.Helper()
	run, got := runOn(t, s, 1, found)
	want := map[string]string{"config.yaml": hash([]byte(run.ConfigResolved))}
	for name, data := range map[string][]byte{
		"content/content.png": exporttest.Picture(0, true), "picture/step-000010.png": exporttest.Picture(10, false), "picture/picture.png": exporttest.Picture(2499, false),
	} {
		want[name] = hash(data)
	}
	if fmt.Sprint(got.Artifacts) != fmt.Sprint(want) {
		t.Errorf("artifacts %v, want %v", got.Artifacts, want)
	}
	if noise := got.Metrics["eval/noise"]; len(noise) != 1 || noise[0][0] != 2499.0 || noise[0][1] != "nan" {
		t.Errorf("the score that is not a number is %v", noise)
	}
	if got.Tags["runexp.env.version/go"] != "go1.26" {
		t.Errorf("tags %v", got.Tags)
	}
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
