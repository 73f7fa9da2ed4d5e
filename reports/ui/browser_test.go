package ui

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"runexp/framework/store"
	"runexp/internal/browser"
)

// Every page opens without a word on the console, asks nobody else, gives each control and picture a name, and fits a
// screen of 360 pixels, by day and night.
func TestPagesInBrowser(t *testing.T) {
	n := newNotebook(t)
	other := n.begin(t, store.NewRun{Experiment: "others", Params: []store.Param{
		{Path: "content.image", Value: mustJSON("/a/photograph-of-a-long-name.png")}, {Path: "style.0.image", Value: mustJSON("/a/painting-of-a-long-name.png")},
	}}, 8)
	check(t, other.Finish(t.Context(), store.Finished, ""))
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/", browser.View{Width: 360, Height: 740, Dark: true})
	for _, address := range append(pages(), "/compare?runs=1,8", "/sweeps/1/report", "/pictures", "/pictures?where=experiment+%3D+layers") {
		p.Go(web.URL + address)
		p.Wait("document.readyState === 'complete'")
		if wide := browser.Eval[float64](p, "document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("%s is %v pixels wide: %s", address, wide, browser.Eval[string](p, `Array.from(document.querySelectorAll("main *")).filter((e) => e.getBoundingClientRect().right > 361 && !e.closest(".scroll, .wide, pre, [class^=grid], .pointer-box")).slice(0, 5).map((e) => e.outerHTML.slice(0, 120)).join("\n")`))
		}
		if hidden := browser.Eval[[]string](p, `[...document.querySelectorAll(".tools, .chosen, .search, .grid-controls")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)`); len(hidden) > 0 {
			t.Errorf("%s has controls that are scrolled to: %q", address, hidden)
		}
		for _, node := range p.Nameless() {
			t.Errorf("%s has a %s without a name", address, node.Role)
		}
		if title := browser.Eval[string](p, "document.title"); !strings.Contains(title, "n.db") {
			t.Errorf("%s is called %q", address, title)
		}
		if headings := p.Count("main h1"); headings != 1 {
			t.Errorf("%s has %d headings of the first order", address, headings)
		}
	}
	for _, asked := range p.Requests() {
		if !strings.HasPrefix(asked, web.URL) {
			t.Errorf("a request to %s", asked)
		}
	}
}

// The choice of columns scrolls down, and neither it nor anything below is hidden on the right.
func TestColumnChoice(t *testing.T) {
	n := newNotebook(t)
	var params []store.Param
	for i := range 100 {
		params = append(params, store.Param{Path: fmt.Sprintf("losses.style.a_setting_of_a_long_name_%d", i), Value: mustJSON(i)})
	}
	check(t, n.begin(t, store.NewRun{Experiment: "others", Params: params}, 8).Finish(t.Context(), store.Finished, ""))
	web := n.serve(t, Options{})
	for _, width := range []int{1280, 360} {
		p := browser.Open(t, web.URL+"/", browser.View{Width: width, Height: 740})
		p.Click(".columns summary")
		p.Wait(`document.querySelector(".columns").open`)
		type box struct{ Wide, Inside, High, Top, Table, Page float64 }
		got := browser.Eval[box](p, `(() => {
			const list = document.querySelector(".choices"), at = list.getBoundingClientRect();
			return { Wide: list.scrollWidth, Inside: list.clientWidth, High: list.scrollHeight - list.clientHeight, Top: at.bottom, Table: document.querySelector("#runs").getBoundingClientRect().top, Page: document.documentElement.scrollWidth };
		})()`)
		if got.Wide > got.Inside || got.High <= 0 || got.Table < got.Top || got.Page > float64(width) {
			t.Errorf("at %d pixels: %+v", width, got)
		}
	}
}

// The list of runs is used with keys alone.
func TestListByKeys(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/", browser.View{})
	p.Press("?")
	p.Wait("document.getElementById('help').open")
	if keys := p.Text("#help-keys"); !strings.Contains(keys, "choose the row") || !strings.Contains(keys, "compare") {
		t.Errorf("the keys are %q", keys)
	}
	p.Press(kb.Escape)
	p.Wait("!document.getElementById('help').open")
	p.Press("j", "j", "x", "j", "x") // runs 6 and 5
	if got := p.Text("[data-count]"); got != "2 chosen" {
		t.Errorf("chosen: %q", got)
	}
	p.Press("c")
	p.Wait("location.pathname === '/compare' && document.readyState === 'complete'")
	if title := p.Text("h1"); title != "Compare 2 runs" {
		t.Errorf("compared: %s", title)
	}
	p.Press("g", "r")
	p.Wait("location.pathname === '/' && document.readyState === 'complete'")
	write(p, "/", "status = failed")
	p.Press(kb.Enter)
	p.Wait("location.search.includes('failed') && document.querySelectorAll('[data-listed]').length === 1 && document.readyState === 'complete'")
	p.Press(kb.Escape, "j", "s")
	p.Wait("document.querySelector('[title=starred]')")
	if marks, err := n.store.Marks(t.Context(), 5); err != nil || !marks[5].Star {
		t.Errorf("run 5 has %+v (%v)", marks[5], err)
	}
	p.Press(kb.Enter)
	p.Wait("location.pathname === '/runs/5'")
}

// Every action of the list does what it says, to the runs that are chosen, also on other pages of the list.
func TestListActions(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/", browser.View{})
	p.Wait("document.readyState === 'complete'")
	act := func(button, said, want string) {
		t.Helper()
		browser.Eval[bool](p, `(document.getElementById("said").textContent = "") === ""`)
		p.Click("#chosen button" + button)
		p.Wait(fmt.Sprintf("document.getElementById('said').textContent.startsWith(%q)", said))
		all, err := n.store.Marks(t.Context())
		check(t, err)
		var got []string
		for _, run := range []int64{3, 4} {
			m := all[run]
			got = append(got, fmt.Sprintf("%d %t %v %t", run, m.Star, m.Tags, !m.Deleted.IsZero()))
		}
		if text := strings.Join(got, ", "); text != want {
			t.Errorf("after %s: %s, want %s", said, text, want)
		}
	}
	p.Click("[data-run='4'] [name=run]")
	act("[value=star]", "star: run 4", "3 false [] false, 4 true [] false")
	p.Click("[data-run='3'] [name=run]")
	act("[value=unstar]", "unstar: 2 runs: 3, 4", "3 false [] false, 4 false [] false")
	p.Focus("#chosen [name=value]")
	p.Press("good")
	act("[value=tag]", "tag: 2 runs: 3, 4", "3 false [good] false, 4 false [good] false")
	if left := browser.Eval[string](p, `document.querySelector("#chosen [name=value]").value`); left != "" {
		t.Errorf("the field still has %q", left)
	}
	p.Focus("#chosen [name=value]")
	p.Press("good")
	browser.Eval[bool](p, `(document.getElementById("said").textContent = "") === ""`)
	p.Press(kb.Enter) // adds, and compares nothing
	p.Wait("document.getElementById('said').textContent.startsWith('tag: 2 runs: 3, 4')")
	p.Focus("#chosen [name=value]")
	p.Press("good")
	act("[value=untag]", "untag: 2 runs: 3, 4", "3 false [] false, 4 false [] false")
	p.Go(web.URL + "/?where=run+%3C+3")
	p.Wait("document.querySelector('[data-count]')?.textContent.startsWith('2 chosen')")
	p.Press("j", "x")
	p.Wait("document.querySelector('[data-count]').textContent.startsWith('3 chosen')")
	p.Press("c")
	p.Wait("location.pathname === '/compare' && document.readyState === 'complete'")
	if search := browser.Eval[string](p, "location.search"); search != "?runs=2,3,4" {
		t.Errorf("compared: %s", search)
	}
	p.Go(web.URL + "/?where=run+%3E+2")
	p.Wait("document.querySelector('[data-count]')?.textContent.startsWith('3 chosen')")
	act("[value=delete]", "delete: 3 runs: 2, 3, 4", "3 false [] true, 4 false [] true")
}

// A run's page: the slider, fading, the difference, the scrubber, values under the pointer, a note and a tag.
func TestRunInBrowser(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/runs/2", browser.View{})
	stack := func(want string) {
		t.Helper()
		p.Wait(fmt.Sprintf("document.querySelector('[data-stack]').className === %q", want))
	}
	stack("stack slider over")
	at := "getComputedStyle(document.querySelector('[data-stack]')).getPropertyValue('--at')"
	p.Press(kb.ArrowRight)
	if got := browser.Eval[string](p, at); got != "55%" {
		t.Errorf("the slider is at %s", got)
	}
	for key, want := range map[string]string{"2": "stack fade over", "3": "stack difference over", "4": "stack beside", "1": "stack slider over"} {
		p.Press(key)
		stack(want)
	}
	right := "document.querySelector('[data-shown=b]').src"
	result := browser.Eval[string](p, right)
	p.Press("[")
	p.Wait("document.querySelector('[data-steps] output').textContent === 'step 10'")
	if got := browser.Eval[string](p, right); got == result {
		t.Error("the scrubber shows the same picture")
	}
	p.Press("]")
	p.Wait("document.querySelector('[data-steps] output').textContent.startsWith('result')")
	p.Focus(".pointer-area")
	p.Press(kb.ArrowRight)
	p.Wait("document.querySelector('.pointer-values').textContent.includes('total')")

	write(p, "t", "good")
	p.Press(kb.Enter)
	p.Wait("document.querySelector('#marks .tag')?.textContent === 'good'")
	write(p, "n", "line & <b>")
	p.Click("button[value=note]")
	p.Wait("document.getElementById('said').textContent.includes('note: run 2')")
	marks, err := n.store.Marks(t.Context(), 2)
	if err != nil || marks[2].Note != "line & <b>" || strings.Join(marks[2].Tags, "") != "good" {
		t.Errorf("run 2 has %+v (%v)", marks[2], err)
	}
}

// A page follows a run while it is running.
func TestPageFollowsRun(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	run := n.begin(t, store.NewRun{Experiment: "others"}, 9)
	check(t, run.Flush(t.Context()))
	p := browser.Open(t, fmt.Sprintf("%s/runs/%d", web.URL, run.Number()), browser.View{})
	p.Press("3", "[") // what the reader chose stays
	p.Wait("document.querySelector('[data-steps] output').textContent === 'step 10'")
	check(t, run.Artifact(t.Context(), store.Artifact{Kind: "picture", Name: "step-000015.png", Step: 15, Stage: 1, MIME: "image/png", Width: 30, Height: 20, Data: picture(t, 0.1, 0.9)}))
	p.Wait("document.querySelectorAll('[data-shots] li').length === 3")
	check(t, run.Finish(t.Context(), store.Finished, ""))
	p.Wait("document.querySelector('#summary .status').textContent === 'finished'")
	p.Wait("document.querySelector('[data-stack]').className === 'stack difference over'")
	if step := p.Text("[data-steps] output"); step != "step 10" {
		t.Errorf("the page shows %s", step)
	}
}

// A sweep's pictures are laid out on axes, and votes are given with keys.
func TestSweepInBrowser(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/sweeps/1", browser.View{})
	p.Wait("document.querySelectorAll('figure[data-grid] img[alt]').length >= 4")
	p.Press("v")
	p.Wait("location.pathname === '/vote/1' && document.readyState === 'complete'")
	p.Focus("[name=voter]")
	p.Press("Ann")
	p.Press(kb.Enter)
	p.Wait("document.querySelector('.ballot [role=status]')?.textContent.includes('0 of 2') && document.readyState === 'complete'")
	p.Press(kb.ArrowLeft)
	p.Wait("document.querySelector('.ballot [role=status]')?.textContent.includes('1 of 2') && document.readyState === 'complete'")
	p.Press(kb.ArrowUp)
	p.Wait("document.querySelector('[value=left]')?.getAttribute('aria-pressed') === 'true' && document.readyState === 'complete'")
	p.Press(kb.ArrowDown)
	p.Wait("document.querySelector('.ballot [role=status]')?.textContent.includes('1 of 2') && !location.search.includes('question') && document.readyState === 'complete'")
	p.Press(kb.ArrowRight)
	p.Wait("document.querySelector('h1')?.textContent === 'Thank you'")
	cast, err := n.store.Votes(t.Context(), "layers")
	if err != nil || len(cast) != 2 {
		t.Errorf("votes %v (%v)", cast, err)
	}
}

// Without scripts every page can still be read, and forms work.
func TestWithoutScripts(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/runs/2", browser.View{NoScript: true})
	for selector, want := range map[string]int{"[data-shown]": 2, "figure.curve img": 1} {
		if got := p.Count(selector); got != want {
			t.Errorf("%d × %s, want %d", got, selector, want)
		}
	}
	p.Click("button[value=star]")
	p.Wait("document.querySelector('button[value=unstar]')")
	p.Go(web.URL + "/sweeps/1")
	if got := p.Count("figure img"); got != 4 {
		t.Errorf("%d pictures of the sweep", got)
	}
}

// write presses the key that goes to a field, and writes into it. The browser's protocol writes the key as well, though the
// page has used it.
func write(p *browser.Page, key, text string) {
	p.Press(key)
	p.Wait("document.activeElement.matches('input, textarea')")
	browser.Eval[bool](p, "(document.activeElement.value = '') === ''")
	p.Press(text)
}

// A sweep's grid gets the pictures of trials that finish, as the reader has laid it out.
func TestGridFollowsSweep(t *testing.T) {
	n := newNotebook(t)
	deleted, kept := true, false
	check(t, n.store.Mark(t.Context(), []int64{4}, store.MarksChange{Deleted: &deleted}))
	running := n.begin(t, store.NewRun{Experiment: "layers", TrialHash: "h3"}, 3) // so that the page asks often
	check(t, running.Flush(t.Context()))
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/sweeps/1", browser.View{})
	p.Wait("document.querySelectorAll('.grid-cell').length === 4 && document.readyState === 'complete'")
	browser.Eval[bool](p, `(document.querySelector("figure[data-grid] select").value, true)`)
	before := p.Text("#progress")
	check(t, running.Finish(t.Context(), store.Finished, ""))
	check(t, n.store.Mark(t.Context(), []int64{4}, store.MarksChange{Deleted: &kept}))
	p.Wait("document.querySelector('#progress').textContent.includes('4 of 4 trials finished')")
	p.Wait("document.querySelectorAll('.grid-cell').length === 4")
	if after := p.Text("#progress"); after == before {
		t.Errorf("the progress is still %s", after)
	}
	p.Wait(fmt.Sprintf("document.querySelector('.grid-scroll').textContent.includes('run %d')", running.Number()))
}

// In full a picture gets a star and leads to the votes by the keys of other pages; ? lists all keys once.
func TestStarInFull(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/sweeps/1", browser.View{})
	p.Wait("document.querySelectorAll('.grid-cell img').length > 1 && document.readyState === 'complete'")
	if got := p.Count("main [aria-label=Keys]"); got != 0 {
		t.Errorf("%d more lists of keys", got)
	}
	p.Focus(".grid-cell[tabindex='0']")
	p.Press("?")
	p.Wait("document.getElementById('help').open")
	for _, want := range []string{"choose it, up to 16", "vote on its pictures", "star it", "order by"} {
		if keys := p.Text("#help-keys"); strings.Count(keys, want) != 1 {
			t.Errorf("the keys have %q not once: %q", want, keys)
		}
	}
	p.Press(kb.Escape, kb.Enter)
	p.Wait("document.querySelector('.viewer-dialog')?.open")
	for _, star := range []bool{true, false, true} {
		p.Press("s")
		p.Wait(fmt.Sprintf("document.querySelector('[aria-label=\"Star it\"]').getAttribute('aria-pressed') === '%t' && document.querySelector('.grid-name').textContent.includes('★') === %t", star, star))
		if marks, err := n.store.Marks(t.Context(), 1); err != nil || marks[1].Star != star {
			t.Errorf("run 1 has %+v (%v)", marks[1], err)
		}
	}
	p.Go(web.URL + "/sweeps/1")
	p.Wait("document.querySelector('.grid-name')?.textContent.includes('★')")
	p.Focus(".grid-cell[tabindex='0']")
	p.Press(kb.Enter)
	p.Wait("document.querySelector('.viewer-dialog')?.open")
	p.Press("?")
	p.Wait("document.getElementById('help').open")
	p.Press(kb.Escape, "v")
	p.Wait("location.pathname === '/vote/1'")
}

// The two pictures of a run open in the viewer, which has the keys while it is open; their files stay links.
func TestRunInFull(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/runs/2", browser.View{})
	p.Wait("document.querySelector('[data-pair]').dataset.started && document.readyState === 'complete'")
	at := func() string {
		return browser.Eval[string](p, `document.querySelector("[data-across] input").value`)
	}
	before := at()
	p.Press("f")
	p.Wait(`document.querySelector(".viewer-dialog")?.open && [...document.querySelectorAll(".viewer-frame img")].every((e) => e.style.width)`)
	captions := func() string {
		return browser.Eval[string](p, `[...document.querySelectorAll(".viewer-dialog figcaption")].map((e) => e.textContent).join("; ")`)
	}
	if got := captions(); got != "content; result, step 19" {
		t.Errorf("in full are %q", got)
	}
	if files := browser.Eval[[]string](p, `["a", "b"].map((side) => document.querySelector("[data-full=" + side + "]").href)`); files[0] == files[1] || browser.Eval[string](p, `[...document.querySelectorAll(".viewer-frame img")].map((e) => e.src).join()`) != strings.Join(files, ",") {
		t.Errorf("in full are others than the files %q", files)
	}
	if shown := browser.Eval[string](p, `[...document.querySelectorAll(".viewer-bar button")].filter((b) => !b.hidden).map((b) => b.textContent).join(" ")`); shown != "− + fit 1:1 [ ] one row column ✕" {
		t.Errorf("the buttons are %q", shown)
	}
	p.Press("[", kb.ArrowRight)
	if got := captions(); got != "content; step 10" || at() != before {
		t.Errorf("an earlier step is %q; the slider went from %s to %s", got, before, at())
	}
	p.Press("o", kb.ArrowLeft)
	if got := captions(); got != "content" {
		t.Errorf("the neighbour of one is %q", got)
	}
	p.Press("?")
	p.Wait("document.getElementById('help')?.open")
	if keys := p.Text("#help-keys"); strings.Count(keys, "pixel for pixel") != 1 || strings.Contains(keys, "vote") {
		t.Errorf("the keys are %q", keys)
	}
	p.Press(kb.Escape, kb.Escape)
	p.Wait("!document.querySelector('dialog[open]')")
	if hash := browser.Eval[string](p, "location.hash"); hash != "" {
		t.Errorf("the address has %q", hash)
	}
}

// A sweep's page counts its trials while they run, and stops the runs that this server has started, and only those.
func TestSweepStops(t *testing.T) {
	n := newNotebook(t)
	ours := n.begin(t, store.NewRun{Experiment: "layers", TrialHash: "h3"}, 3)
	theirs := n.begin(t, store.NewRun{Experiment: "layers", TrialHash: "h2"}, 2)
	for _, run := range []*store.Run{ours, theirs} {
		check(t, run.Flush(t.Context()))
	}
	gone := true
	check(t, n.store.Mark(t.Context(), []int64{3, 4}, store.MarksChange{Deleted: &gone}))
	stopped := make(chan int64, 1)
	can := func(run int64) bool { return run == ours.Number() }
	web := n.serve(t, Options{CanStop: can, Stop: func(run int64) bool {
		if can(run) {
			stopped <- run
			check(t, ours.Finish(t.Context(), store.Killed, "stopped"))
		}
		return can(run)
	}})
	p := browser.Open(t, web.URL+"/sweeps/1", browser.View{})
	if got := p.Text("#progress p"); !strings.Contains(got, "2 of 4 trials finished, 2 running;") {
		t.Errorf("it says %q", got)
	}
	if got := p.Count("#progress button"); got != 1 {
		t.Errorf("%d buttons", got)
	}
	p.Click("#progress button")
	p.Wait("document.querySelector('#progress').textContent.includes('1 running, 1 killed')")
	if run := <-stopped; run != ours.Number() || p.Count("#progress button") != 0 {
		t.Errorf("run %d was stopped, %d buttons", run, p.Count("#progress button"))
	}
	if status, body := post(t, web, fmt.Sprintf("/runs/%d/stop", theirs.Number()), nil); status.StatusCode != 409 || !strings.Contains(body, "Ctrl-C in its terminal") {
		t.Errorf("of another process: %d %s", status.StatusCode, body)
	}
	check(t, theirs.Finish(t.Context(), store.Finished, ""))
	p.Wait("document.querySelector('#progress').textContent.includes('3 of 4 trials finished, 1 killed')")
}

// Votes are given by touch on a phone: what is touched has at least 44 pixels.
func TestVoteByTouch(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	p := browser.Open(t, web.URL+"/vote/1", browser.View{Width: 360, Height: 740, Touch: true})
	small := func() {
		t.Helper()
		for _, what := range browser.Eval[[]string](p, `Array.from(document.querySelectorAll("main button, main form a, main form input:not([type=hidden])")).filter((e) => { const b = e.getBoundingClientRect(); return b.width < 44 || b.height < 44; }).map((e) => e.outerHTML.slice(0, 80))`) {
			t.Errorf("too small for a finger: %s", what)
		}
	}
	p.Wait("document.readyState === 'complete'")
	small()
	p.Do(chromedp.Tap(chromedp.CSS(".vote button")))
	p.Wait("document.querySelector('.ballot [role=status]')?.textContent.includes('0 of 2') && document.readyState === 'complete'")
	p.Do(chromedp.Tap(chromedp.CSS("[value=left] img")))
	p.Wait("document.querySelector('.ballot [role=status]')?.textContent.includes('1 of 2') && document.readyState === 'complete'")
	small() // now with the way back
	p.Do(chromedp.Tap(chromedp.CSS("[value=tie]")))
	p.Wait("document.querySelector('h1')?.textContent === 'Thank you'")
	cast, err := n.store.Votes(t.Context(), "layers")
	if err != nil || len(cast) != 2 {
		t.Errorf("votes %v (%v)", cast, err)
	}
}

// A thumbnail that is not there when its place has left the screen is no longer asked for.
func TestGridLeavesThumbnails(t *testing.T) {
	n := newNotebook(t)
	s, err := New(t.Context(), Options{Path: n.path})
	check(t, err)
	var hold atomic.Bool
	asked, left := make(chan struct{}, 99), make(chan struct{}, 99)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold.Load() && strings.HasPrefix(r.URL.Path, "/thumb/") {
			asked <- struct{}{}
			<-r.Context().Done()
			left <- struct{}{}
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(func() { web.CloseClientConnections(); web.Close(); s.Close() })
	p := browser.Open(t, web.URL+"/pictures#look&x=-&y=-&size=400", browser.View{Width: 500, Height: 400})
	p.Wait("[...document.querySelectorAll('.grid-cell img')].every((img) => img.complete)")
	hold.Store(true)
	p.Focus(".grid-cell[tabindex='0']")
	p.Press("[") // pictures of an earlier step
	<-asked
	browser.Eval[bool](p, `(document.querySelector(".grid-scroll").scrollTop = 1e6, true)`)
	select {
	case <-left:
	case <-time.After(time.Minute):
		t.Error("a place has left the screen, and its thumbnail is still asked for")
	}
}

// A request for a thumbnail that ends while others are made takes no turn, and does not end another one for the same picture.
func TestThumbnailOfOneWhoHasGone(t *testing.T) {
	n := newNotebook(t)
	s, err := New(t.Context(), Options{Path: n.path})
	check(t, err)
	t.Cleanup(func() { s.Close() })
	files, err := n.store.Artifacts(t.Context(), 1)
	check(t, err)
	for range cap(s.thumbs.slots) {
		s.thumbs.slots <- struct{}{}
	}
	ask := func(ctx context.Context) chan *httptest.ResponseRecorder {
		answer := make(chan *httptest.ResponseRecorder, 1)
		go func() {
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/thumb/"+files[0].Hash, nil))
			answer <- w
		}()
		return answer
	}
	ctx, leave := context.WithCancel(t.Context())
	gone := ask(ctx)
	for s.thumbs.cache.Len() == 0 {
		time.Sleep(time.Millisecond)
	}
	other := ask(t.Context())
	time.Sleep(50 * time.Millisecond) // so that it waits for the same one; it is answered either way
	leave()
	<-gone
	<-s.thumbs.slots
	if w := <-other; w.Code != http.StatusOK {
		t.Errorf("the other one gets %d: %s", w.Code, w.Body)
	}
}
