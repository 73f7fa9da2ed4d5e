package ui

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"html"
	"image"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/store/storetest"
)

// rowsOf lists the runs of a listing in order.
func rowsOf(body string) string {
	var runs []string
	for _, m := range regexp.MustCompile(`<tr data-listed data-run="(\d+)"`).FindAllStringSubmatch(body, -1) {
		runs = append(runs, m[1])
	}
	return strings.Join(runs, " ")
}

func TestListing(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	for query, want := range map[string]string{
		"":                                             "7 6 5 4 3 2 1",
		"where=params.optimizer = adam":                "6 3 1",
		"where=metrics.eval/noise < 4":                 "4 3",
		"where=status in (failed, running)":            "6 5",
		"where=sweep = 1 and params.weight = 10":       "4 2",
		"where=tag ~ '<b>'":                            "5",
		"sort=-metrics.eval/noise":                     "1 2 3 4 7 6 5",
		"sort=experiment,-run":                         "4 3 2 1 7 6 5",
		"where=experiment = layers&sort=params.weight": "3 1 4 2",
		"where=run > 100":                              "",
		"page=2":                                       "",
	} {
		values, err := url.ParseQuery(strings.ReplaceAll(strings.ReplaceAll(query, " ", "+"), "<", "%3C"))
		check(t, err)
		answer, body := get(t, web, "/?"+values.Encode())
		if got := rowsOf(body); answer.StatusCode != 200 || got != want {
			t.Errorf("%s: %s, runs %s, want %s", query, answer.Status, got, want)
		}
	}
	_, body := get(t, web, "/?columns=run,params.weight,metrics.loss/style,note&sort=-params.weight")
	for _, want := range []string{`aria-sort="descending"`, `>losses.tv.weight`, `title="sort by params.weight"`, `checked> params.weight`, `checked> metrics.loss/style`} {
		if strings.Contains(body, want) == (want == `>losses.tv.weight`) {
			t.Errorf("columns: %s in\n%s", want, body)
		}
	}
	for query, want := range map[string]string{"where=stats+%3D+1": "unknown field &#34;stats&#34;", "sort=nothing": "unknown field", "columns=loss,%22": "the columns, character 1: this quote has no end", "sort=%22": "the order, character 1: "} {
		if answer, body := get(t, web, "/?"+query); answer.StatusCode != 200 || !strings.Contains(body, want) || rowsOf(body) != "" {
			t.Errorf("%s: %s without %q:\n%s", query, answer.Status, want, body)
		}
	}
}

// What is wrong with a filter, an order or columns is said beside the filter, on each page that has one.
func TestProblemsOfFilters(t *testing.T) {
	n := newNotebook(t)
	more := n.begin(t, store.NewRun{Experiment: "others", Params: []store.Param{{Path: "losses.style.weight", Value: mustJSON(5)}, {Path: "losses.content.weight", Value: mustJSON(5)}}}, 8)
	check(t, more.Finish(t.Context(), store.Finished, ""))
	web := n.serve(t, Options{})
	several := "params.weight may be any of params.losses.content.weight, params.losses.style.weight, params.losses.tv.weight; write which"
	long := func(n int) string { return strings.Repeat("loss,", n) }
	var many, sorts []string
	for i := range 60 {
		many = append(many, fmt.Sprint("params.p", i))
	}
	sorts = many[:5]
	for _, c := range []struct{ page, query, value, want string }{
		{"/", "where", "params.nope = 1", "no run has params.nope"},
		{"/pictures", "where", "params.nope = 1", "no run has params.nope"},
		{"/pictures", "where", "loss <", "a value is wanted here"},
		{"/pictures", "sort", "metrics.nope", "no run has metrics.nope"},
		{"/", "where", "params.weight = 5", several},
		{"/pictures", "where", "params.weight = 5", several},
		{"/", "sort", "-params.weight", several},
		{"/", "columns", "run,params.weight", several},
		{"/", "columns", strings.Join(many, ","), "60 columns are chosen, and may be 40"},
		{"/", "sort", strings.Join(sorts, ","), "the order names 5 fields, and may name 4"},
		{"/", "where", strings.Repeat("star or ", 600) + "star", "it has 4804 bytes, and may have 4096"},
	} {
		answer, body := get(t, web, c.page+"?"+url.Values{c.query: {c.value}}.Encode())
		body = html.UnescapeString(body)
		if answer.StatusCode != 200 || !strings.Contains(body, `role="alert">`) || !strings.Contains(body, c.want) || !strings.Contains(body, "data-filter") || rowsOf(body) != "" {
			t.Errorf("%s?%s=%.60s: %s without %q:\n%s", c.page, c.query, c.value, answer.Status, c.want, body)
		}
		if c.query == "columns" && !strings.Contains(body, "checked> "+strings.Split(c.value, ",")[1]) {
			t.Errorf("%.60s cannot be taken out in\n%s", c.value, body)
		}
	}
	for _, address := range []string{"/?columns=" + long(1e5), "/?sort=" + long(1e5), "/pictures?where=" + long(1e5), "/compare?runs=" + strings.Repeat("1,", 1e5)} {
		answer, body := get(t, web, address)
		if answer.StatusCode != http.StatusRequestURITooLong || !strings.Contains(body, "and may have 16384") || len(body) > 10_000 {
			t.Errorf("%.20s: %s, %d bytes", address, answer.Status, len(body))
		}
	}
}

// Losses of different terms or weights do not compare, which is said where they are compared.
func TestLossesThatDiffer(t *testing.T) {
	n := newNotebook(t) // odd runs have no tv loss, even ones weigh it by 10
	web := n.serve(t, Options{})
	for address, want := range map[string]bool{
		"/": false, "/?sort=loss": true, "/?sort=-metrics.loss/total": true, "/?where=loss+%3C+50": true, "/?sort=run": false,
		"/?sort=loss&where=params.weight+%3D+10": false, "/compare?runs=1,2": true, "/compare?runs=1,3": false,
	} {
		if _, body := get(t, web, address); strings.Contains(body, "their values do not compare") != want {
			t.Errorf("%s: said or not, want %t", address, want)
		}
	}
}

// The rest of a long list is on further pages, which keep the filter.
func TestListingHasPages(t *testing.T) {
	n := newNotebook(t)
	for range pageLength {
		r, err := n.store.Begin(t.Context(), store.NewRun{Experiment: "many"})
		check(t, err)
		check(t, r.Finish(t.Context(), store.Finished, ""))
	}
	web := n.serve(t, Options{})
	_, first := get(t, web, "/?where=run+%3E+2")
	if rows := strings.Fields(rowsOf(first)); len(rows) != pageLength || rows[0] != "107" || !strings.Contains(first, "1–100 of 105 runs") || !strings.Contains(first, `href="/?page=2&amp;where=run`) {
		t.Errorf("the first page has %v", rows)
	}
	_, second := get(t, web, "/?where=run+%3E+2&page=2")
	if rowsOf(second) != "7 6 5 4 3" || strings.Contains(second, "next page") {
		t.Errorf("the second has %s", rowsOf(second))
	}
}

// Each page has what its reader looks for.
func TestPages(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{Better: func(string) string { return "lower" }})
	for address, wants := range map[string][]string{
		"/experiments":         {"layers", "4 runs, 4 finished", "3 runs, 1 running, 1 failed, 1 killed", `href="/sweeps/1"`, `<img src="/thumb/`},
		"/sweeps":              {"Does it help?", `href="/sweeps/1"`, "grid"},
		"/sweeps/1":            {"Does it help?", "4 of 4 trials finished", "/?where=sweep+%3D+1", "/vote/1"},
		"/runs/2":              {"trial 1 of sweep 1", "eval/noise", "lower", `data-pointer`, "losses.tv.weight", ">lbfgs<", "step 10", `<option value="/blob/`, "20 iterations", `href="/runs/1" rel="prev"`},
		"/runs/5":              {"failed", `class="problem"`},
		"/runs/6":              {`data-seconds="2"`},
		"/compare?runs=1,2":    {"Compare 2 runs", "losses.tv.weight", "loss/total", `data-pointer`, "eval/noise"},
		"/compare?run=1&run=2": {"Compare 2 runs"},
		"/compare?runs=1,2&metric=loss/style&axis=linear": {`selected>metrics.loss/style</option>`},
	} {
		answer, body := get(t, web, address)
		body = html.UnescapeString(body)
		for _, want := range wants {
			if answer.StatusCode != 200 || !strings.Contains(body, want) {
				t.Errorf("%s: %s, no %s in\n%s", address, answer.Status, want, body)
			}
		}
	}
	for address, want := range map[string]int{"/runs/99": 404, "/runs/x": 404, "/sweeps/2": 404, "/compare?runs=1": 400, "/compare?runs=1,x": 400, "/compare?runs=1,99": 404, "/vote/9": 404, "/nothing": 404, "/blob/zz": 404, "/runs": 404} {
		if answer, body := get(t, web, address); answer.StatusCode != want || !strings.Contains(body, `class="problem"`) {
			t.Errorf("%s: %s, want %d", address, answer.Status, want)
		}
	}
}

// A page that has not changed is not sent again; one that has is.
func TestUnchangedPages(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	answer, _ := get(t, web, "/runs/1")
	tag := answer.Header.Get("ETag")
	if again, body := get(t, web, "/runs/1", "If-None-Match", tag); again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("the same page: %s", again.Status)
	}
	star := true
	check(t, n.store.Mark(t.Context(), []int64{1}, store.MarksChange{Star: &star}))
	if again, _ := get(t, web, "/runs/1", "If-None-Match", tag); again.StatusCode != http.StatusOK {
		t.Errorf("a page that changed: %s", again.Status)
	}
}

func TestMark(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	both := []string{"1", "2"}
	for _, c := range []struct {
		form url.Values
		want int
		mark string // of run 1 afterwards
	}{
		{url.Values{"run": both, "do": {"star"}, "back": {"/?where=star"}}, 303, "★ [] \"\" kept"},
		{url.Values{"run": both, "do": {"tag"}, "value": {"good, seen"}, "back": {"/"}}, 303, "★ [good seen] \"\" kept"},
		{url.Values{"run": both, "do": {"untag"}, "value": {"seen"}, "back": {"//evil.example"}}, 303, "★ [good] \"\" kept"},
		{url.Values{"run": {"1"}, "do": {"note"}, "value": {" two\r\nlines 🖼 "}, "back": {"https://evil.example"}}, 303, "★ [good] \"two\\nlines 🖼\" kept"},
		{url.Values{"run": {"1"}, "do": {"unstar"}, "back": {`/\evil.example`}}, 303, " [good] \"two\\nlines 🖼\" kept"},
		{url.Values{"run": {"1", "6"}, "do": {"delete"}}, 409, " [good] \"two\\nlines 🖼\" kept"}, // 6 is running
		{url.Values{"run": {"1"}, "do": {"delete"}}, 303, " [good] \"two\\nlines 🖼\" deleted"},
		{url.Values{"run": {"1"}, "do": {"restore"}}, 303, " [good] \"two\\nlines 🖼\" kept"},
		{url.Values{"run": {"1"}, "do": {"burn"}}, 400, ""},
		{url.Values{"run": {"x"}, "do": {"star"}}, 400, ""},
		{url.Values{"do": {"star"}}, 400, ""},
		{url.Values{"run": {"99"}, "do": {"star"}}, 404, ""},
		{url.Values{"run": {"1"}, "do": {"tag"}, "value": {" , "}}, 400, ""},
		{url.Values{"run": {"1"}, "do": {"tag"}, "value": {strings.Repeat("x", 65)}}, 400, ""},
		{url.Values{"run": {"1"}, "do": {"note"}, "value": {strings.Repeat("x", 65<<10)}}, 400, ""},
		{url.Values{"run": {"1"}, "do": {"note"}, "value": {strings.Repeat("x", 300<<10)}}, 400, ""},
	} {
		answer, body := post(t, web, "/marks", c.form)
		if answer.StatusCode != c.want {
			t.Errorf("%.200v: %s, want %d\n%s", c.form, answer.Status, c.want, body)
		}
		if to := answer.Header.Get("Location"); c.want == 303 && (!strings.HasPrefix(to, "/") || strings.Contains(to, "evil")) {
			t.Errorf("%v: sent on to %s", c.form, to)
		}
		all, err := n.store.Marks(t.Context())
		check(t, err)
		m := all[1]
		got := fmt.Sprintf("%s %v %q %s", map[bool]string{true: "★"}[m.Star], m.Tags, m.Note, map[bool]string{true: "kept", false: "deleted"}[m.Deleted.IsZero()])
		if c.mark != "" && got != c.mark {
			t.Errorf("%v: run 1 has %s, want %s", c.form, got, c.mark)
		}
	}
	_, body := get(t, web, "/runs/1")
	if body = html.UnescapeString(body); !strings.Contains(body, "two\nlines 🖼") || !strings.Contains(body, "tag+%3D+%22good%22") {
		t.Errorf("the page has no note or tag:\n%s", body)
	}
}

// A store that cannot be written is shown, and a change says why it cannot be.
func TestReadOnly(t *testing.T) {
	n := newNotebook(t)
	s, err := New(t.Context(), Options{Path: n.path})
	check(t, err)
	defer s.Close()
	web := httptest.NewServer(s.Handler())
	defer web.Close()
	for _, why := range []error{store.ErrReadOnly, store.ErrAccess} {
		s.writer.open = func(context.Context, string) (*store.Store, error) { return nil, why }
		if answer, _ := post(t, web, "/marks", url.Values{"run": {"1"}, "do": {"star"}}); answer.StatusCode != http.StatusConflict {
			t.Errorf("a change, %v: %s", why, answer.Status)
		}
	}
	if answer, body := get(t, web, "/"); answer.StatusCode != http.StatusOK || !strings.Contains(body, "read-only") {
		t.Errorf("the list: %s\n%s", answer.Status, body)
	}
}

func TestResume(t *testing.T) {
	n := newNotebook(t)
	var resumed []int64
	web := n.serve(t, Options{Resume: func(_ context.Context, run store.RunDetail) (int64, error) {
		resumed = append(resumed, run.Number)
		if len(resumed) > 1 {
			return 0, errors.New("its weights are gone")
		}
		return 5, nil
	}})
	if _, body := get(t, web, "/runs/7"); !strings.Contains(body, `action="/runs/7/resume"`) {
		t.Errorf("no button on\n%s", body)
	}
	if _, body := get(t, web, "/runs/1"); strings.Contains(body, "/resume") {
		t.Error("a button on a finished run")
	}
	if answer, _ := post(t, web, "/runs/7/resume", nil); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/runs/5" {
		t.Errorf("resume: %s", answer.Status)
	}
	if answer, body := post(t, web, "/runs/7/resume", nil); answer.StatusCode != http.StatusConflict || !strings.Contains(body, "its weights are gone") {
		t.Errorf("one that fails: %s\n%s", answer.Status, body)
	}
	for _, run := range []string{"1", "6"} {
		if answer, _ := post(t, web, "/runs/"+run+"/resume", nil); answer.StatusCode != http.StatusConflict {
			t.Errorf("run %s: %s", run, answer.Status)
		}
	}
	if len(resumed) != 2 {
		t.Errorf("resumed %v", resumed)
	}
	none := n.serve(t, Options{})
	if answer, _ := post(t, none, "/runs/7/resume", nil); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a server that starts no runs: %s", answer.Status)
	}
}

// vote answers the question on a page, and returns the next page.
func vote(t *testing.T, web *httptest.Server, page, choice string) string {
	t.Helper()
	question := regexp.MustCompile(`name="question" value="([0-9a-f]{32})"`).FindStringSubmatch(page)
	if question == nil {
		t.Fatalf("no question on\n%s", page)
	}
	answer, body := post(t, web, "/vote/1", url.Values{"voter": {"Ann"}, "question": {question[1]}, "choice": {choice}, "rounds": {"1"}})
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", answer.Status, body)
	}
	_, next := get(t, web, answer.Header.Get("Location"))
	return next
}

// Votes are blind, stored, corrected, and counted by the sweep.
func TestVote(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	_, page := get(t, web, "/vote/1?voter=Ann")
	for _, secret := range []string{"run 1", "/runs/", "losses.tv.weight", "/blob/", "photo0", "painting0", "h0"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page tells %q:\n%s", secret, page)
		}
	}
	shown := regexp.MustCompile(`src="(/vote/1/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(shown) != 4 {
		t.Fatalf("%d pictures on\n%s", len(shown), page)
	}
	for _, m := range shown {
		answer, body := get(t, web, m[1])
		text, err := imaging.ReadPNGText(strings.NewReader(body))
		_, _, decoded := image.Decode(strings.NewReader(body))
		if answer.StatusCode != 200 || err != nil || decoded != nil || len(text) > 0 || strings.Contains(body, "secret") {
			t.Errorf("%s: %s, texts %v, %v %v", m[1], answer.Status, text, err, decoded)
		}
	}
	next := vote(t, web, page, "left")
	if !strings.Contains(next, "1 of 2 answered") {
		t.Errorf("after one answer:\n%s", next)
	}
	back := regexp.MustCompile(`href="(/vote/1[^"]*)" data-key="ArrowUp"`).FindStringSubmatch(next)
	if back == nil {
		t.Fatalf("no way back on\n%s", next)
	}
	_, before := get(t, web, strings.ReplaceAll(back[1], "&amp;", "&"))
	if !strings.Contains(before, `value="left" data-key="ArrowLeft" aria-pressed="true"`) {
		t.Errorf("the answer is not shown on\n%s", before)
	}
	vote(t, web, before, "right")
	last := vote(t, web, next, "tie")
	if !strings.Contains(last, "All 2 questions are answered") || !strings.Contains(last, "rounds=2") {
		t.Errorf("after all answers:\n%s", last)
	}
	cast, err := n.store.Votes(t.Context(), "layers")
	check(t, err)
	choices := map[store.Choice]int{}
	for _, v := range cast {
		choices[v.Choice]++
		if v.Voter != "Ann" {
			t.Errorf("a vote of %q", v.Voter)
		}
	}
	if len(cast) != 2 || choices[store.Right] != 1 || choices[store.Tie] != 1 {
		t.Errorf("votes %v", cast)
	}
	if _, sweep := get(t, web, "/sweeps/1"); !strings.Contains(sweep, "losses.tv.weight=") || !strings.Contains(sweep, "won") {
		t.Errorf("the sweep does not count them:\n%s", sweep)
	}
	_, other := get(t, web, "/vote/1?voter=Bob")
	if !strings.Contains(other, "0 of 2 answered") {
		t.Errorf("another voter:\n%s", other)
	}
	for _, form := range []url.Values{{"question": {"x"}, "choice": {"left"}}, {"voter": {strings.Repeat("x", 200)}}, {"voter": {"a\x00b"}}} {
		if answer, _ := post(t, web, "/vote/1", form); answer.StatusCode != 400 && answer.StatusCode != 404 {
			t.Errorf("%v: %s", form, answer.Status)
		}
	}
}

func TestThumbnail(t *testing.T) {
	n := newNotebook(t)
	results, err := n.store.Results(t.Context(), []int64{1})
	check(t, err)
	web := n.serve(t, Options{})
	answer, body := get(t, web, "/thumb/"+results[1].Hash)
	if config, format, err := image.DecodeConfig(strings.NewReader(body)); err != nil || format != "jpeg" || config.Width != 30 || answer.Header.Get("Cache-Control") == "no-cache" {
		t.Errorf("%s: %v %s %v", answer.Status, config, format, err)
	}
	large := image.NewNRGBA(image.Rect(0, 0, 1000, 600))
	for i := range large.Pix {
		large.Pix[i] = 200
	}
	if size := shrink(large, thumbLong).Bounds().Size(); size != image.Pt(256, 153) {
		t.Errorf("shrunk to %v", size)
	}
	transparent, err := encodeSmall(large)
	check(t, err)
	if got := pictureType(transparent); got != "image/png" {
		t.Errorf("a transparent picture becomes %s", got)
	}
}

// A change to a store whose file has gone says where it is, and the next one is to what is there by then.
func TestMovedStore(t *testing.T) {
	n := newNotebook(t)
	check(t, n.store.Close())
	kept := n.path + "-kept"
	var said []string
	web := n.serve(t, Options{Log: func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }})
	star := func() (*http.Response, string) {
		return post(t, web, "/marks", url.Values{"run": {"1"}, "do": {"star"}})
	}
	if answer, body := star(); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%s\n%s", answer.Status, body)
	}
	check(t, os.Rename(n.path, kept))
	for _, side := range []string{"-wal", "-shm"} {
		check(t, os.Remove(n.path+side))
	}
	answer, body := star()
	if answer.StatusCode != http.StatusConflict || !strings.Contains(body, "rescued") || len(said) != 1 {
		t.Errorf("the store has gone: %s, said %q\n%s", answer.Status, said, body)
	}
	if answer, body := star(); answer.StatusCode != http.StatusConflict || !strings.Contains(body, "there is no "+n.path) {
		t.Errorf("the store is still gone: %s\n%s", answer.Status, body)
	}
	if _, err := os.Stat(n.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another store was made: %v", err)
	}
	check(t, os.Rename(kept, n.path))
	if answer, body := star(); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("the store is back: %s\n%s", answer.Status, body)
	}
	s, err := store.OpenReadOnly(t.Context(), n.path)
	check(t, err)
	defer s.Close()
	if marks, err := s.Marks(t.Context(), 1); err != nil || !marks[1].Star {
		t.Errorf("run 1 has %v (%v)", marks, err)
	}
}

// Scores of several scorers on one page are said not to compare, where the page is about scores.
func TestSeveralScorers(t *testing.T) {
	n := newNotebook(t)
	check(t, n.store.Score(t.Context(), 7, store.Scorer{Hash: "77777777ff", Description: mustJSON(map[string]string{})}, []store.Value{{Name: "eval/noise", Value: 1}}))
	web := n.serve(t, Options{})
	for query, want := range map[string]bool{"sort=metrics.eval/noise": true, "where=metrics.eval/noise+%3C+9": true, "where=metrics.eval/noise+and+scorer+%3D+77777777": false, "sort=loss": false} {
		if _, body := get(t, web, "/?"+query); strings.Contains(body, "2 scorers") != want {
			t.Errorf("%s: the note is there: %t", query, !want)
		}
	}
}

// A file of few bytes that claims more pixels than memory has is not decoded.
func TestPictureTooLarge(t *testing.T) {
	for _, size := range [][2]uint32{{60_000, 60_000}, {1, 40_000}} {
		claims := picture(t, 0, 0)
		binary.BigEndian.PutUint32(claims[16:], size[1]) // width and height of the header
		binary.BigEndian.PutUint32(claims[20:], size[0])
		binary.BigEndian.PutUint32(claims[29:], crc32.ChecksumIEEE(claims[12:29]))
		if _, err := decodePicture(claims); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d×%d pixels is too large", size[0], size[1])) {
			t.Errorf("%v", err)
		}
	}
}

// Pictures of 16 bits a channel take twice the memory: as many pixels are not decoded.
func TestPictureOf16BitsTooLarge(t *testing.T) {
	claims := picture(t, 0, 0)
	binary.BigEndian.PutUint32(claims[16:], 8192)
	binary.BigEndian.PutUint32(claims[20:], 8192)
	claims[24], claims[25] = 16, 6 // bits, and colours with alpha
	binary.BigEndian.PutUint32(claims[29:], crc32.ChecksumIEEE(claims[12:29]))
	if _, err := decodePicture(claims); err == nil || !strings.Contains(err.Error(), "8192×8192 pixels is too large") || !strings.Contains(err.Error(), "takes 512 MB and can take 256 MB") {
		t.Errorf("%v", err)
	}
}

// A metric is called as filters have it on all pages, with its name in words beside it.
func TestMetricNames(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{Label: func(metric string) string { return map[string]string{"eval/noise": "how noisy"}[metric] }})
	for address, want := range map[string][]string{
		"/?columns=metrics.eval/noise": {`>metrics.eval/noise</a>`},
		"/runs/1":                      {`metrics.eval/noise <small class="muted">how noisy</small>`, ">metrics.loss/total<"},
		"/compare?runs=1,2":            {`<th scope="row">metrics.eval/noise</th>`, `<th scope="row">seconds</th>`, `>metrics.loss/style</option>`, `"field":"metrics.eval/noise"`},
		"/sweeps/1":                    {`"field":"metrics.eval/noise","label":"noise"`, `"field":"seconds"`},
		"/pictures":                    {`"field":"metrics.eval/noise","label":"how noisy"`, `"field":"metrics.loss/total"`},
	} {
		_, body := get(t, web, address)
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("%s has no %s", address, text)
			}
		}
	}
}

// A row that cannot be read closes the pages of its run or sweep, and no other.
func TestDamagedRow(t *testing.T) {
	n := newNotebook(t)
	web := n.serve(t, Options{})
	check(t, storetest.Exec(n.path, `UPDATE runs SET started_at = 'soon' WHERE id = 5`, `UPDATE sweeps SET plan = '{'`,
		`UPDATE metric_summary SET last = 'much' WHERE run_id = 5`, `UPDATE artifacts SET created_at = 'soon' WHERE run_id = 6`, `INSERT INTO marks (run_id, star, note, deleted_at, changed_at) VALUES (7, 1, '', 'soon', 'soon')`))
	for address, want := range map[string]string{
		"/": "its start cannot be read", "/experiments": "others", "/sweeps": "its plan cannot be read", "/runs/1": "finished", "/pictures": "run 5",
	} {
		if answer, body := get(t, web, address); answer.StatusCode != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %s, and not %q\n%s", address, answer.Status, want, body)
		}
	}
	check(t, storetest.Exec(n.path, `UPDATE metrics SET value = 'abc' WHERE run_id = 1`))
	if _, body := get(t, web, "/runs/1"); !strings.Contains(body, "values cannot be read") {
		t.Errorf("a run whose values cannot be read:\n%s", body)
	}
	for address, want := range map[string]string{"/runs/5": "run 5: its start cannot be read", "/sweeps/1": "sweep 1: its plan cannot be read"} {
		if answer, body := get(t, web, address); answer.StatusCode != http.StatusInternalServerError || !strings.Contains(body, want) {
			t.Errorf("%s: %s, and not %q\n%s", address, answer.Status, want, body)
		}
	}
}

// A change that the end of the server or of its request interrupts does not look saved.
func TestInterruptedChange(t *testing.T) {
	n := newNotebook(t)
	s, err := New(t.Context(), Options{Path: n.path})
	check(t, err)
	defer s.Close()
	ctx, end := context.WithCancel(t.Context())
	s.writer.open = func(context.Context, string) (*store.Store, error) { end(); return nil, ctx.Err() }
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/marks", strings.NewReader("run=1&do=star"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("status %d", w.Code)
	}
}
