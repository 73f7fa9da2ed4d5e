package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// A Page is an open page. Its methods end the test when they cannot do what they say.
type Page struct {
	t     testing.TB
	ctx   context.Context
	touch bool

	mu       sync.Mutex
	problems []string
	requests []string
}

// Do runs actions of chromedp.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.t.Fatalf("browser: %v", err)
	}
	return result
}

// Go opens another address in the same tab.
func (p *Page) Go(address string) {
	p.t.Helper()
	p.Do(chromedp.Navigate(address))
}

// Eval returns what an expression is; of a promise, what it becomes. It must be JSON.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	wrapped := fmt.Sprintf("(async () => JSON.stringify(await (%s)) ?? 'null')()", expression)
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](wrapped, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("browser: %s: %v", expression, err)
	}
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		p.t.Fatalf("browser: %s is %s: %v", expression, text, err)
	}
	return value
}

// Wait returns when an expression is true.
func (p *Page) Wait(expression string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if Eval[bool](p, "!!("+expression+")") {
			return
		}
		if time.Now().After(end) {
			p.t.Fatalf("browser: after %v it is not so: %s", patience, expression)
		}
	}
}

// Text returns the text of the first element that a CSS selector names, as it is shown.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Eval[string](p, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// Count returns how many elements a CSS selector names.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, fmt.Sprintf("document.querySelectorAll(%q).length", selector))
}

// Click clicks into the middle of the first element that a CSS selector names.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Focus focuses the first element that a CSS selector names.
func (p *Page) Focus(selector string) {
	p.t.Helper()
	p.Do(chromedp.Focus(chromedp.CSS(selector)))
}

// Press presses keys, one after the other: characters, or those of chromedp/kb.
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, key := range keys {
		p.Do(chromedp.KeyEvent(key))
	}
}

// Resize makes the page as wide and high as that.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	call(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: p.touch,
	})
}

// Screenshot writes what is seen to a PNG file; with whole, also what is below.
func (p *Page) Screenshot(path string, whole bool) {
	p.t.Helper()
	file := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole}).Data
	if err := os.WriteFile(path, file, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// A Node is one of the accessibility tree: what a screen reader says of an element.
type Node struct{ Role, Name string }

// Tree returns the accessibility tree in order, without what is ignored and without bare text.
func (p *Page) Tree() []Node {
	p.t.Helper()
	var list []Node
	for _, n := range call(p, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes {
		role := text(n.Role)
		if !n.Ignored && !slices.Contains([]string{"StaticText", "InlineTextBox", "none", "generic"}, role) {
			list = append(list, Node{role, text(n.Name)})
		}
	}
	return list
}

func text(v *accessibility.Value) string {
	var s string
	if v == nil || json.Unmarshal(v.Value, &s) != nil {
		return ""
	}
	return s
}

// Nameless returns the nodes of the accessibility tree that a reader meets and that have no name:
// pictures, and what can be operated.
func (p *Page) Nameless() []Node {
	p.t.Helper()
	needs := []string{"image", "button", "link", "combobox", "slider", "checkbox", "radio", "textbox", "spinbutton", "searchbox", "dialog", "grid", "listbox", "option", "tab"}
	return slices.DeleteFunc(p.Tree(), func(n Node) bool {
		return !slices.Contains(needs, n.Role) || strings.TrimSpace(n.Name) != ""
	})
}

// Problems returns what the page has reported since the last call, errors of scripts and refused or
// failed requests among it, so that it does not fail the test.
func (p *Page) Problems() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.problems
	p.problems = nil
	return list
}

// Requests returns the addresses that the page has asked for so far, its own first.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}
