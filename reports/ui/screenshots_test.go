package ui

import (
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"runexp/framework/store"
	"runexp/internal/browser"
)

// shotQuality is that of JPEG: text stays sharp, and a page takes some 60 KB.
const shotQuality = 78

// TestScreenshots takes the pictures of docs/ui for `make screenshots`: each page of the store RUNEXP_SCREENSHOTS_DB, wide
// and narrow, by day and night, into the folder RUNEXP_SCREENSHOTS.
func TestScreenshots(t *testing.T) {
	folder, db := os.Getenv("RUNEXP_SCREENSHOTS"), os.Getenv("RUNEXP_SCREENSHOTS_DB")
	if folder == "" || db == "" {
		t.Skip("RUNEXP_SCREENSHOTS names no folder: see make screenshots")
	}
	path := filepath.Join(t.TempDir(), "runexp.db") // of a copy, to which what the demo lacks is added
	copyFile(t, db, path)
	killed := stopHalfway(t, path, 6)
	resume := func(context.Context, store.RunDetail) (int64, error) { return 0, errors.New("not here") }
	s, err := New(t.Context(), Options{Path: path, Resume: resume})
	check(t, err)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() { web.Close(); s.Close() }) // after the browsers, whose pages ask for themselves again
	for _, page := range []struct{ name, address, ready, keys string }{
		{"runs", "/", "true", ""},
		{"filter", "/?where=" + "params.optimizer+%3D+adam+and+metrics.eval%2Fstyle+%3C+2&sort=metrics.eval/style", "true", ""},
		{"experiments", "/experiments", "true", ""},
		{"run", "/runs/6", "document.querySelector('.pointer-area')", ""},
		{"sweeps", "/sweeps", "true", ""},
		{"sweep", "/sweeps/1", "document.querySelectorAll('figure[data-grid] img').length > 6", ""},
		{"answers", "/sweeps/1/report", "true", ""},
		{"compare", "/compare?runs=1,2,3,4", "document.querySelector('.pointer-area')", ""},
		{"pictures", "/pictures", "document.querySelectorAll('figure[data-grid] img').length > 6", ""},
		{"vote", "/vote/1?voter=", "document.querySelector('.ballot')", ""},
		{"vote-begin", "/vote/1", "document.querySelector('.vote')", ""},
		{"resume", fmt.Sprintf("/runs/%d", killed), "document.querySelector('.pointer-area')", ""},
		{"keys", "/sweeps/1", "document.querySelectorAll('figure[data-grid] img').length > 6", "?"},
	} {
		for _, view := range []browser.View{{Width: 1280, Height: 900}, {Width: 1280, Height: 900, Dark: true}, {Width: 360, Height: 740}, {Width: 360, Height: 740, Dark: true}} {
			name := fmt.Sprintf("%s-%d-%s", page.name, view.Width, map[bool]string{true: "dark", false: "light"}[view.Dark])
			p := browser.Open(t, web.URL+page.address, view)
			p.Wait("document.readyState === 'complete' && " + page.ready)
			if page.keys != "" {
				p.Press(page.keys)
			}
			p.Wait("new Promise((done) => Promise.all(Array.from(document.images, (i) => i.loading === 'lazy' ? 0 : i.decode().catch(() => 0))).then(() => setTimeout(() => done(true), 700)))")
			file := filepath.Join(t.TempDir(), name+".png")
			p.Screenshot(file, false)
			check(t, toJPEG(file, filepath.Join(folder, name+".jpg")))
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	data, err := os.ReadFile(from)
	check(t, err)
	check(t, os.WriteFile(to, data, 0o644))
}

// stopHalfway adds a run that was stopped halfway through what another one did, and returns its number.
func stopHalfway(t *testing.T, db string, like int64) int64 {
	t.Helper()
	ctx := t.Context()
	s, err := store.Open(ctx, db)
	check(t, err)
	defer s.Close()
	of, err := s.FindRun(ctx, fmt.Sprint(like))
	check(t, err)
	params, err := s.Params(ctx, like)
	check(t, err)
	run, err := s.Begin(ctx, store.NewRun{Experiment: of.Experiment, ConfigResolved: of.ConfigResolved, Params: params, Seed: of.Seed})
	check(t, err)
	names, err := s.MetricNames(ctx, like)
	check(t, err)
	rows := map[int][]store.Value{}
	half := of.Iterations / 2
	for _, name := range names {
		points, err := s.Series(ctx, like, name)
		check(t, err)
		for _, p := range points {
			if p.Step < half {
				rows[p.Step] = append(rows[p.Step], store.Value{Name: name, Value: p.Value})
			}
		}
	}
	for step := range half {
		check(t, run.Log(ctx, step, rows[step]))
	}
	files, err := s.Artifacts(ctx, like)
	check(t, err)
	for _, a := range files {
		if a.Kind == "picture" && a.Step >= half {
			continue
		}
		data, err := s.Blob(ctx, a.Hash)
		check(t, err)
		check(t, run.Artifact(ctx, store.Artifact{Kind: a.Kind, Name: a.Name, Step: a.Step, Stage: a.Stage, MIME: a.MIME, Width: a.Width, Height: a.Height, Data: data}))
	}
	check(t, run.Finish(ctx, store.Killed, "stopped: interrupt"))
	return run.Number()
}

func toJPEG(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	picture, err := png.Decode(in)
	if err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	return jpeg.Encode(out, picture, &jpeg.Options{Quality: shotQuality})
}
