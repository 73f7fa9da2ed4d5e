// Package browser opens pages in Chromium, for tests.
package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a page may take for one step. It decides no test: on a machine that is
// busy a step takes seconds, and none takes a minute.
const patience = time.Minute

// A View is how a page is looked at. The zero value is a light screen of 1280 × 900 pixels.
type View struct {
	Width, Height int
	Dark          bool
	StillMotion   bool // prefers-reduced-motion
	Touch         bool
	NoScript      bool
	Scrollbars    bool // they take room, as on desktops
}

// Open opens an address in a browser of its own, which ends with the test.
// Whatever the page writes to the console as an error or warning, and every exception, fails the test
// at its end, unless Problems took it. Without Chromium the test is skipped, or fails
// if the comma-separated list RUNEXP_REQUIRE has "browser".
func Open(t testing.TB, address string, view View) *Page {
	t.Helper()
	program := find(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program),
		chromedp.NoSandbox, // CI runs as root; the pages are our own
		chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("hide-scrollbars", !view.Scrollbars),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	allocator, endAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, endBrowser := chromedp.NewContext(allocator)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		for _, problem := range p.Problems() {
			t.Errorf("the page reports: %s", problem)
		}
		endBrowser()
		endAllocator()
	})
	if err := chromedp.Listen(ctx, p.listen); err != nil { // starts the browser
		t.Fatalf("browser: %v", err)
	}
	p.touch = view.Touch
	if view.Width == 0 {
		view.Width, view.Height = 1280, 900
	}
	call(p, network.Enable, network.EnableParams{})
	call(p, log.Enable, cdp.Empty{})
	p.Resize(view.Width, view.Height)
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}) // else no focus event without a window
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: view.Touch})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: either(view.Dark, "dark", "light")},
		{Name: "prefers-reduced-motion", Value: either(view.StillMotion, "reduce", "no-preference")},
	}})
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: view.NoScript})
	p.Go(address)
	return p
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// find returns the path of Chromium.
func find(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const missing = "no browser: install Debian's package chromium"
	if slices.Contains(strings.Split(os.Getenv("RUNEXP_REQUIRE"), ","), "browser") {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// listen collects what the page reports and asks for.
func (p *Page) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, thrown(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var parts []string
			for _, a := range e.Args {
				parts = append(parts, string(a.Value)+a.Description)
			}
			p.problems = append(p.problems, fmt.Sprintf("%s: %s", e.Type, strings.Join(parts, " ")))
		}
	case *log.EventEntryAdded: // refusals of the Content-Security-Policy and failed requests are among these
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.problems = append(p.problems, e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "data:") {
			p.requests = append(p.requests, e.Request.URL)
		}
	}
}

func thrown(e *runtime.ExceptionDetails) string {
	if e.Exception != nil {
		return e.Text + " " + e.Exception.Description
	}
	return e.Text
}
