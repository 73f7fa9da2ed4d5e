package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// made is what a store has, without times and uids.
type made struct {
	statuses map[store.Status]int
	params   []string
	values   []float64 // of loss/style in all runs
	pictures []string  // hashes
	scores   []string
}

// read makes a store and reads it.
func read(t *testing.T, n size) made {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ui.db")
	var out bytes.Buffer
	if err := makeStore(t.Context(), path, n, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d runs, 1 sweeps", n.runs); !strings.Contains(out.String(), want) {
		t.Errorf("printed %q, want %s", out.String(), want)
	}
	s := must(store.OpenReadOnly(t.Context(), path))(t)
	defer s.Close()
	got := made{statuses: map[store.Status]int{}}
	for _, run := range must(s.Runs(t.Context(), store.Filter{}))(t) {
		got.statuses[run.Status]++
		if run.Number == 1 {
			for _, p := range must(s.Params(t.Context(), 1))(t) {
				got.params = append(got.params, p.Path+"="+string(p.Value))
			}
		}
		for _, p := range must(s.Series(t.Context(), run.Number, "loss/style"))(t) {
			got.values = append(got.values, p.Value)
		}
		scorer := ""
		for _, f := range must(s.Env(t.Context(), run.Number))(t) {
			if f.Name == "scorer/hash" {
				scorer = f.Value
			}
		}
		for _, v := range must(s.Scores(t.Context(), run.Number, scorer))(t) {
			got.scores = append(got.scores, fmt.Sprint(run.Number, v.Name, v.Value))
		}
		pictures := 0
		for _, a := range must(s.Artifacts(t.Context(), run.Number))(t) {
			if a.Kind == "picture" {
				pictures++
				got.pictures = append(got.pictures, a.Hash)
			}
		}
		if pictures != 1 {
			t.Errorf("run %d has %d pictures", run.Number, pictures)
		}
	}
	picture := must(imaging.DecodeReader(bytes.NewReader(must(s.Blob(t.Context(), got.pictures[0]))(t)), "picture"))(t)
	if picture.H != pictureHeight || picture.W != pictureWidth {
		t.Errorf("a picture has %d×%d pixels", picture.H, picture.W)
	}
	checkSweep(t, s, n)
	return got
}

// checkSweep checks that two fifths of the runs are trials of the sweep, with scores.
func checkSweep(t *testing.T, s *store.Store, n size) {
	t.Helper()
	trials := must(s.SweepTrials(t.Context(), 1))(t)
	begun := 0
	for _, one := range trials {
		if one.Run != nil {
			begun++
		}
	}
	if len(trials) != trialsOfSweep || begun != n.runs*2/5 {
		t.Errorf("%d trials, %d of them begun", len(trials), begun)
	}
}

func TestStore(t *testing.T) {
	t.Chdir("../..")
	n := size{runs: 60, rows: 60, seed: 1}
	got := read(t, n)
	finished := got.statuses[store.Finished]
	ends := []store.Status{store.Failed, store.Killed, store.Pruned, store.Running} // running: no end
	if slices.ContainsFunc(ends, func(s store.Status) bool { return got.statuses[s] == 0 }) || finished < 45 || finished == n.runs {
		t.Errorf("statuses: %v", got.statuses)
	}
	if len(got.params) < 30 || len(got.scores) < 15*finished {
		t.Errorf("%d parameters of a run, %d scores", len(got.params), len(got.scores))
	}
	distinct := map[string]bool{}
	for _, hash := range got.pictures {
		distinct[hash] = true
	}
	if len(distinct) != n.runs {
		t.Errorf("%d different pictures", len(distinct))
	}
	if again := read(t, n); !reflect.DeepEqual(again, got) {
		t.Error("the same seed makes another store")
	}
	other := read(t, size{runs: 10, rows: 60, seed: 2})
	if distinct[other.pictures[0]] || slices.Contains(got.values, other.values[0]) {
		t.Error("another seed makes the same numbers or pictures")
	}
}

// A row has the sums of its terms.
func TestRow(t *testing.T) {
	list := terms{{"style", 2, []string{"conv1_1", "conv2_1"}}, {"tv", 3, []string{"image"}}}
	sum := map[string]float64{}
	row := list.row(3, false, rand.New(rand.NewPCG(1, 1)))
	for _, v := range row {
		sum[v.Name] = v.Value
	}
	if len(row) != list.values() || len(sum) != len(row) {
		t.Errorf("%d values with %d names, want %d", len(row), len(sum), list.values())
	}
	style := sum["loss/style/conv1_1"] + sum["loss/style/conv2_1"]
	if sum["loss/style"] != style || sum["loss/total"] != 2*style+3*sum["loss/tv"] {
		t.Errorf("sums: %v", sum)
	}
}

// A server that counts requests by page and encoding.
func TestLatency(t *testing.T) {
	var mu sync.Mutex
	requests, paths := map[string]int{}, map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		encoding := r.Header.Get("Accept-Encoding")
		mu.Lock()
		requests[regexp.MustCompile(`[0-9][0-9.]*`).ReplaceAllString(r.URL.Query().Get("where"), "N")+" "+encoding]++
		paths[r.URL.Path]++
		mu.Unlock()
		page := strings.Repeat("x", 4096)
		if encoding == "gzip" {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer func() { _ = z.Close() }()
			fmt.Fprint(z, page)
			return
		}
		fmt.Fprint(w, page)
	}))
	defer server.Close()
	var out bytes.Buffer
	args := []string{"latency", "--url", server.URL + "/", "--runs", "1000", "--requests", "10"}
	if err := command(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 1+2*len(pages(1000)) {
		t.Errorf("printed\n%s", out.String())
	}
	for _, pattern := range []string{`(?m)^first page +gzip +0\.[0-9] .* 100 ms +(pass|FAIL) *$`, `(?m)^a run +identity +4\.0 .* 150 ms +(pass|FAIL) *$`} {
		if !regexp.MustCompile(pattern).MatchString(out.String()) {
			t.Errorf("no line %s in\n%s", pattern, out.String())
		}
	}
	each := warmUp + 10
	if n := requests["metrics.eval/style < N identity"]; n != each {
		t.Errorf("%d requests of a filter, want %d: %v", n, each, requests)
	}
	if paths["/"] != 2*each*4 || paths["/sweeps/2"] == 0 || len(paths) != 1+each+1+2+1 {
		t.Errorf("requests of %v", paths)
	}
}

func TestLatencyOfAnError(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	err := command(t.Context(), []string{"latency", "--url", server.URL}, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "first page: "+server.URL+"/: 404 Not Found: 404 page not found") {
		t.Error(err)
	}
}

func TestVerdict(t *testing.T) {
	m := measurement{bytes: 2048}
	for i := range 50 {
		m.times = append(m.times, time.Duration(50-i)*time.Millisecond)
	}
	for bar, want := range map[time.Duration]string{
		48 * time.Millisecond: "p\tgzip\t2.0\t1.0 ms\t25.5 ms\t48.0 ms\t50.0 ms\t48 ms\tpass",
		0:                     "p\tgzip\t2.0\t1.0 ms\t25.5 ms\t48.0 ms\t50.0 ms\t-\t",
		47 * time.Millisecond: "p\tgzip\t2.0\t1.0 ms\t25.5 ms\t48.0 ms\t50.0 ms\t47 ms\tFAIL",
	} {
		if got := m.row(page{name: "p", bar: bar}, "gzip"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := percentile([]float64{7}, 95); got != 7 {
		t.Errorf("of one value: %g", got)
	}
}

func TestUsage(t *testing.T) {
	existing := filepath.Join(t.TempDir(), "is")
	if err := imaging.WriteFile(existing+".png", imaging.New(1, 1), nil); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{}, {"stor"}, {"store"}, {"store", "--db", "x", "--runs", "0"}, {"store", "--db", existing + ".png"},
		{"store", "--rows"}, {"latency"}, {"latency", "--url", "x", "more"},
	} {
		if err := command(t.Context(), args, io.Discard, io.Discard); !errors.As(err, new(usageError)) {
			t.Errorf("%q: %v", args, err)
		}
	}
	if err := command(context.Background(), []string{"store", "-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
