package browser_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"runexp/internal/browser"
)

func serve(t *testing.T, page string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A page that is in order reports nothing, and can be read and used.
func TestOpen(t *testing.T) {
	address := serve(t, `<!DOCTYPE html><title>t</title><link rel="icon" href="data:,"><button onclick="this.textContent='done'">press</button><img alt="" src="data:,">`)
	p := browser.Open(t, address, browser.View{Width: 360, Height: 640, Dark: true})
	p.Click("button")
	p.Wait("document.querySelector('button').textContent === 'done'")
	if got := p.Text("button"); got != "done" {
		t.Errorf("the button says %q", got)
	}
	if !browser.Eval[bool](p, "innerWidth === 360 && matchMedia('(prefers-color-scheme: dark)').matches") {
		t.Error("the view is not the one asked for")
	}
	if !slices.Contains(p.Tree(), browser.Node{Role: "button", Name: "done"}) {
		t.Errorf("no button in the tree: %v", p.Tree())
	}
	if got := p.Requests(); len(got) != 1 {
		t.Errorf("requests %q", got)
	}
}

// What is wrong with a page is collected.
func TestOpenFindsProblems(t *testing.T) {
	p := browser.Open(t, serve(t, `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="img-src 'none'"><link rel="icon" href="data:,">
<script>console.error("said"); setTimeout(() => { throw new Error("thrown") })</script>
<img src="/refused.png"><script src="/missing.js"></script><button></button>`), browser.View{})
	var problems []string
	for len(problems) < 4 {
		p.Wait("true")
		problems = append(problems, p.Problems()...)
	}
	all := strings.Join(problems, "\n")
	for _, want := range []string{"said", "thrown", "Content Security Policy", "404"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q among\n%s", want, all)
		}
	}
	if got := p.Nameless(); len(got) != 2 || got[0].Role != "image" || got[1].Role != "button" {
		t.Errorf("without a name: %v", got)
	}
	if !slices.ContainsFunc(p.Requests(), func(s string) bool { return strings.HasSuffix(s, "/missing.js") }) {
		t.Errorf("requests %q", p.Requests())
	}
}
