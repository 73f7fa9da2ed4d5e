//go:build unix

package mlflow_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/storetest"
	"runexp/reports/export"
	"runexp/reports/export/exporttest"
	"runexp/reports/export/mlflow"
)

// failing returns the address of a server that passes a number of calls on, and fails after.
func failing(t *testing.T, address string, calls int) string {
	t.Helper()
	behind, err := url.Parse(address)
	check(t, err)
	proxy := httputil.NewSingleHostReverseProxy(behind)
	var seen atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) > int64(calls) {
			http.Error(w, `{"error_code": "TEMPORARILY_UNAVAILABLE", "message": "not now"}`, http.StatusServiceUnavailable)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Answers that refuse say what to do, and whether another try may help.
func TestRefused(t *testing.T) {
	s := exporttest.Store(t, 1)
	for _, one := range []struct {
		name    string
		answer  http.HandlerFunc
		said    string
		refused bool
	}{
		{"access", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "refuses access (401): set MLFLOW_TRACKING_USERNAME", true},
		{"another program", http.NotFound, "does not answer as an MLflow server: 404 Not Found", true},
		{"another answer", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }, "an answer that is not MLflow's", false},
		{"its own error", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write([]byte(`{"error_code": "INTERNAL_ERROR", "message": "database is locked"}`))
		}, "database is locked (INTERNAL_ERROR)", false},
		{"a redirection", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/", http.StatusFound)
		}, "the server sends to https://elsewhere.example/; name that address", false},
		{"a deleted experiment", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"experiment": {"experiment_id": "3", "lifecycle_stage": "deleted"}}`))
		}, `the experiment "layers" is deleted on the server`, true},
	} {
		server := httptest.NewServer(one.answer)
		_, err := write(t, s, server.URL, "")
		server.Close()
		if err == nil || !strings.Contains(err.Error(), one.said) || !strings.HasPrefix(err.Error(), "run 1: ") || mlflow.Refused(err) != one.refused {
			t.Errorf("%s: %v, refused %v", one.name, err, mlflow.Refused(err))
		}
	}
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	if _, err := write(t, s, server.URL, ""); err == nil || !strings.Contains(err.Error(), "no answer from "+server.URL) || strings.Contains(err.Error(), "api/2.0") {
		t.Errorf("a server that is not there: %v", err)
	}
}

// A server whose clients write artifacts elsewhere gets none, which is said once; so is a
// damaged picture, which is left out.
func TestNoArtifacts(t *testing.T) {
	s := exporttest.Store(t, 1)
	check(t, storetest.Exec(s.Path(), `UPDATE blobs SET data = x'00' WHERE id = (SELECT blob_id FROM artifacts WHERE name = 'picture.png')`))
	for uri, said := range map[string]string{
		"s3://bucket/1": "the server has its clients write to s3://bucket/1 themselves", "/home/me/mlruns/1": "clients write to /home/me/mlruns/1 themselves",
		"mlflow-artifacts:/1/x/artifacts": "run 1: picture/picture.png is left out",
	} {
		uploads := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				uploads++
			}
			_, _ = fmt.Fprintf(w, `{"experiment": {"experiment_id": "3"}, "run": {"info": {"run_id": "x", "artifact_uri": %q}}}`, uri)
		}))
		report, err := write(t, s, server.URL, "")
		server.Close()
		if err != nil || len(report.Problems) != 1 || !strings.Contains(report.Problems[0], said) || (uploads > 0) != strings.HasPrefix(uri, "mlflow-artifacts:") {
			t.Errorf("%s: %d uploads, %q, %v", uri, uploads, report.Problems, err)
		}
	}
}

// Calls are within MLflow's limits, and have only what the server lacks.
func TestSendsWhatIsMissing(t *testing.T) {
	s := exporttest.Store(t, 1)
	run, err := s.FindRun(t.Context(), "1")
	check(t, err)
	var long []store.Param // that are more than a megabyte together
	for i := range 60 {
		long = append(long, store.Param{Path: fmt.Sprint("long", i), Value: json.RawMessage(`"` + strings.Repeat("\U0001F600", 6000) + `"`)})
	}
	wide, err := s.Begin(t.Context(), store.NewRun{Experiment: "wide", Params: long})
	check(t, err)
	check(t, wide.Finish(t.Context(), store.Finished, ""))
	sent := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var call struct {
			Filter       string
			Metrics      []struct{ Key string }
			Params, Tags []struct{ Key string }
		}
		if r.Method == http.MethodPost {
			err = errors.Join(err, json.Unmarshal(body, &call))
		}
		if err != nil || len(body) > 1_000_000 || len(call.Metrics) > 1000 || len(call.Params) > 100 || len(call.Tags) > 100 {
			t.Errorf("a call of %d bytes, %d metrics, %d params, %d tags: %v", len(body), len(call.Metrics), len(call.Params), len(call.Tags), err)
		}
		for _, list := range [][]struct{ Key string }{call.Metrics, call.Params} {
			for _, one := range list {
				sent[one.Key]++
			}
		}
		answer := `{"experiment": {"experiment_id": "3"}, "run": {"info": {"run_id": "x"}}}`
		if strings.Contains(call.Filter, run.UID.String()) {
			answer = `{"runs": [{"info": {"run_id": "y"}, "data": {"metrics": [{"key": "loss/total", "value": "NaN", "step": "2496"}, {"key": "loss/style", "value": 1, "step": 99}],
				"params": [{"key": "flag", "value": "true"}]}}]}`
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	_, err = write(t, s, server.URL, "")
	check(t, err)
	// flag is a setting of run 2 as well, and loss/total has a value in run 3.
	for key, want := range map[string]int{"loss/total": 3 + 1, "time/iteration": 2500, "loss/style": 0, "long59": 1, "eval/noise": 1, "flag": 1, "rate": 1, "stages.249.size": 1} {
		if sent[key] != want {
			t.Errorf("%s was sent %d times, want %d", key, sent[key], want)
		}
	}
}

// A run that is in any other experiment is completed there, and no experiment is made for it.
func TestInAnotherExperiment(t *testing.T) {
	s := exporttest.Store(t, 1)
	run, err := s.FindRun(t.Context(), "1")
	check(t, err)
	created := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch asked := string(body); {
		case strings.HasSuffix(r.URL.Path, "/get-by-name"):
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"error_code": "RESOURCE_DOES_NOT_EXIST"}`)
		case strings.HasSuffix(r.URL.Path, "/experiments/search") && !strings.Contains(asked, "more"):
			_, _ = io.WriteString(w, `{"experiments": [{"experiment_id": "6", "name": "empty"}], "next_page_token": "more"}`)
		case strings.HasSuffix(r.URL.Path, "/experiments/search"):
			_, _ = io.WriteString(w, `{"experiments": [{"experiment_id": "7", "name": "before/layers"}]}`)
		case strings.Contains(asked, run.UID.String()) && strings.Contains(asked, `"7"`):
			_, _ = io.WriteString(w, `{"runs": [{"info": {"run_id": "y", "experiment_id": "7"}}]}`)
		default:
			created[r.URL.Path[len("/api/2.0/mlflow/"):]]++
			_, _ = io.WriteString(w, `{"experiment_id": "8", "run": {"info": {"run_id": "x"}}}`)
		}
	}))
	defer server.Close()
	report, err := write(t, s, server.URL, "after/")
	check(t, err)
	said := strings.Join(report.Problems, "; ")
	if report.Completed != 1 || report.Created != 3 || created["runs/create"] != 3 || created["experiments/create"] != 2 || !strings.Contains(said, `1 run already on the server, in the experiment "before/layers"`) {
		t.Errorf("report %+v, calls %v", report, created)
	}
}

// A signal ends a call that is not answered.
func TestCancelled(t *testing.T) {
	s := exporttest.Store(t, 1)
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	held := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { cancel(stop); <-held }))
	defer server.Close()
	defer close(held)
	runs, err := s.Runs(t.Context(), store.Filter{})
	check(t, err)
	selection, err := export.Select(t.Context(), s, runs, true)
	check(t, err)
	to, err := mlflow.NewServer(server.URL, mlflow.Credentials{})
	check(t, err)
	if _, err := mlflow.Write(ctx, selection, to, ""); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// The server is told who asks as MLflow's client tells it, below the path of its address.
func TestCredentials(t *testing.T) {
	s := exporttest.Store(t, 1)
	for _, one := range []struct {
		given mlflow.Credentials
		want  string
	}{
		{mlflow.Credentials{}, ""},
		{mlflow.Credentials{Token: "t0ken"}, "Bearer t0ken"},
		{mlflow.Credentials{Username: "me", Password: "pass", Token: "t0ken"}, "Basic bWU6cGFzcw=="},
		{mlflow.Credentials{Username: "me", Token: "t0ken"}, "Bearer t0ken"},
	} {
		var said, path string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			said, path = r.Header.Get("Authorization"), r.URL.Path
			w.WriteHeader(http.StatusForbidden)
		}))
		runs, err := s.Runs(t.Context(), store.Filter{})
		check(t, err)
		selection, err := export.Select(t.Context(), s, runs, true)
		check(t, err)
		to, err := mlflow.NewServer(server.URL+"/below/", one.given)
		check(t, err)
		_, err = mlflow.Write(t.Context(), selection, to, "")
		server.Close()
		if err == nil || said != one.want || path != "/below/api/2.0/mlflow/experiments/get-by-name" || strings.Contains(err.Error(), "pass") && one.given.Password != "" && strings.Contains(err.Error(), "bWU6") {
			t.Errorf("%+v: %q to %s, %v", one.given, said, path, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for _, wrong := range []string{"", "127.0.0.1:5000", "localhost", "sqlite:///mlflow.db", "databricks", "http://", "http://me:secret@host"} {
		if _, err := mlflow.NewServer(wrong, mlflow.Credentials{}); err == nil || !strings.Contains(err.Error(), "address") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
