package ui

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"runexp/internal/browser"
)

// said waits for a message that begins so.
func said(t *testing.T, p *browser.Page, text string) {
	t.Helper()
	p.Wait(fmt.Sprintf("document.getElementById('said').textContent.startsWith(%q)", text))
}

// counted checks what the list says of the choice.
func counted(t *testing.T, p *browser.Page, want string) {
	t.Helper()
	if got := p.Text("[data-count]"); got != want {
		t.Errorf("the list says %q, want %q", got, want)
	}
}

// marked checks which runs have a star and a tag.
func (n notebook) marked(t *testing.T, want string) {
	t.Helper()
	all, err := n.store.Marks(t.Context())
	check(t, err)
	var got []string
	for run, m := range all {
		if m.Star {
			got = append(got, fmt.Sprintf("%d ★", run))
		}
		if slices.Contains(m.Tags, "good") {
			got = append(got, fmt.Sprintf("%d good", run))
		}
	}
	slices.Sort(got)
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("marked are %q, want %q", text, want)
	}
}

// Keys act on the current row and leave nothing chosen, or else on the choice, and the message names the runs.
func TestKeysActOnCurrentRow(t *testing.T) {
	n := newNotebook(t)
	p := browser.Open(t, n.serve(t, Options{}).URL+"/", browser.View{})
	p.Wait("document.readyState === 'complete'")
	p.Press("s")
	said(t, p, "star: no run is chosen; choose some with x")
	p.Press("c")
	said(t, p, "compare: choose 2 to 16 runs with x, or by their boxes; 0 chosen")
	p.Press("j", "s")
	said(t, p, "star: run 7")
	p.Press("j", "s")
	said(t, p, "star: run 6")
	n.marked(t, "6 ★, 7 ★")
	p.Press("j", "j")
	write(p, "t", "good")
	p.Press(kb.Enter)
	said(t, p, "tag: run 4")
	n.marked(t, "4 good, 6 ★, 7 ★")
	counted(t, p, "nothing chosen; keys and buttons act on run 4")
	p.Press("c")
	said(t, p, "compare: choose 2 to 16")
	p.Press("x", "j", "x", "j", "s") // the choice goes before the current row
	said(t, p, "star: 2 runs: 3, 4")
	n.marked(t, "3 ★, 4 good, 4 ★, 6 ★, 7 ★")
	counted(t, p, "2 chosen")
	p.Wait("document.querySelectorAll('[title=starred]').length === 4")
	p.Press("s") // all have one
	said(t, p, "unstar: 2 runs: 3, 4")
	n.marked(t, "4 good, 6 ★, 7 ★")
}

// A run that is deleted or restored is no longer chosen, and a key brings back what was deleted last.
func TestDeletedIsNotChosen(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/", browser.View{})
	p.Wait("document.readyState === 'complete'")
	listed := func(runs int) { p.Wait(fmt.Sprintf("document.querySelectorAll('[data-listed]').length === %d", runs)) }
	p.Click("[data-run='4'] [name=run]")
	p.Click("[data-run='2'] [name=run]")
	p.Press(kb.Delete)
	said(t, p, "delete: 2 runs: 2, 4")
	listed(5)
	counted(t, p, "choose runs with x, or by their boxes")
	p.Press(kb.Delete)
	said(t, p, "delete: no run is chosen")
	if got := p.Text("#undo"); got != "undo: restore 2 runs: 2, 4" {
		t.Errorf("the way back is called %q", got)
	}
	p.Press("u")
	said(t, p, "restore: 2 runs: 2, 4")
	listed(7)
	if p.Count("#undo") != 0 {
		t.Error("there is a way back from nothing")
	}
	counted(t, p, "choose runs with x, or by their boxes")

	p.Press("j", "x", kb.Delete) // and now in the list of deleted runs
	said(t, p, "delete: run 7")
	p.Go(web.URL + "/?deleted=1")
	p.Wait("document.readyState === 'complete'")
	p.Press("j", "x")
	counted(t, p, "1 chosen")
	p.Go(web.URL + "/")
	p.Wait("document.readyState === 'complete'")
	counted(t, p, "choose runs with x, or by their boxes") // it is not in this list
	p.Go(web.URL + "/?deleted=1")
	p.Wait("document.querySelector('[data-count]')?.textContent === '1 chosen'")
	p.Click("#chosen [value=restore]")
	said(t, p, "restore: run 7")
	listed(0)
	counted(t, p, "choose runs with x, or by their boxes")

	p.Go(web.URL + "/")
	p.Wait("document.readyState === 'complete'")
	p.Click("[data-run='3'] [name=run]")
	p.Go(web.URL + "/?" + url.Values{"where": {"run > 3"}}.Encode())
	p.Wait("document.querySelector('[data-count]')?.textContent === '1 chosen, not on this page: 3'")
	p.Go(web.URL + "/runs/3")
	p.Wait("document.readyState === 'complete'")
	p.Press(kb.Delete)
	said(t, p, "delete: run 3")
	p.Go(web.URL + "/")
	p.Wait("document.readyState === 'complete'")
	counted(t, p, "choose runs with x, or by their boxes")
}

// A trial whose run is deleted is called deleted by the sweep's page and its report, not one that has not begun.
func TestDeletedTrial(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	for _, c := range []struct{ do, progress, report string }{
		{"delete", "3 of 4 trials finished, 1 deleted", "run 4 was deleted; runexp restore 4 brings it back"},
		{"restore", "4 of 4 trials finished", "All 4 trials finished"},
	} {
		if answer, body := post(t, web, "/marks", url.Values{"run": {"4"}, "do": {c.do}}); answer.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s\n%s", c.do, answer.Status, body)
		}
		if _, body := get(t, web, "/sweeps/1"); !strings.Contains(body, c.progress) || strings.Contains(body, "not begun") {
			t.Errorf("after %s the sweep's page does not say %q:\n%s", c.do, c.progress, body)
		}
		if _, body := get(t, web, "/sweeps/1/report"); !strings.Contains(body, c.report) {
			t.Errorf("after %s the report does not say %q:\n%s", c.do, c.report, body)
		}
	}
}
