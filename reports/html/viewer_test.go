package html

import (
	"context"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"runexp/internal/browser"
	"runexp/reports/grid"
)

// A seen is where a picture of the viewer is, in its frame.
type seen struct{ X, Y, W, H, Frame float64 }

func panes(p *browser.Page) []seen {
	return browser.Eval[[]seen](p, `[...document.querySelectorAll(".viewer-frame img")].map((e) => {
		const box = e.getBoundingClientRect(), frame = e.parentElement.getBoundingClientRect();
		return { X: box.x - frame.x, Y: box.y - frame.y, W: box.width, H: box.height, Frame: frame.width };
	})`)
}

func near(a, b float64) bool { return math.Abs(a-b) < 0.6 }

// openRow opens the viewer with the four pictures of the first row.
func openRow(t *testing.T) *browser.Page {
	t.Helper()
	d := fake{axes: usualAxes(), steps: []int{50, 100, 200}, size: image.Pt(300, 200)}.make(t)
	p := browser.Open(t, page(t, d), browser.View{Width: 1200, Height: 800})
	p.Focus(".grid-cell[tabindex='0']")
	p.Press("r")
	p.Wait(`document.querySelectorAll(".viewer-frame img").length === 4 && [...document.querySelectorAll(".viewer-frame img")].every((e) => e.style.width)`)
	return p
}

// Zoom and pan are those of all pictures, around where the pointer is, up to single pixels.
func TestViewerIsLinked(t *testing.T) {
	p := openRow(t)
	fit := panes(p)
	alike := func(what string) []seen {
		t.Helper()
		now := panes(p)
		for _, s := range now {
			if !near(s.X, now[0].X) || !near(s.Y, now[0].Y) || !near(s.W, now[0].W) {
				t.Fatalf("%s: the pictures differ: %+v", what, now)
			}
		}
		return now
	}
	alike("fitted")
	type point struct{ X, Y float64 }
	corner := browser.Eval[point](p, `(({x, y}) => ({X: x, Y: y}))(document.querySelectorAll(".viewer-frame")[1].getBoundingClientRect())`)

	// The wheel over the second picture: the point below it stays where it is, in all.
	at := point{fit[1].X + fit[1].W*0.25, fit[1].Y + fit[1].H*0.75}
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, corner.X+at.X, corner.Y+at.Y, func(e *input.DispatchMouseEventParams) {
		e.DeltaX, e.DeltaY = 1, -400 // the protocol's zero is left out, and missed
	}))
	p.Wait(fmt.Sprintf(`document.querySelector(".viewer-frame img").getBoundingClientRect().width > %g`, fit[0].W*1.5))
	zoomed := alike("enlarged")
	if x := zoomed[1].X + zoomed[1].W*0.25; !near(x, at.X) {
		t.Errorf("what was below the pointer at %g is at %g", at.X, x)
	}

	// A drag moves all by as much.
	p.Do(chromedp.DragAndDropXY(corner.X+100, corner.Y+100, corner.X+130, corner.Y+80))
	moved := alike("moved")
	if !near(moved[0].X, zoomed[0].X+30) || !near(moved[0].Y, zoomed[0].Y-20) {
		t.Errorf("moved from %+v to %+v", zoomed[0], moved[0])
	}

	p.Press(kb.ArrowRight)
	if right := alike("arrow"); !near(right[0].X, moved[0].X-60) {
		t.Errorf("the arrow moved from %g to %g", moved[0].X, right[0].X)
	}
	p.Press("1")
	if one := alike("pixels"); !near(one[0].W, 300) && one[0].W < fit[0].W {
		t.Errorf("pixel for pixel the picture is %g wide", one[0].W)
	}
	for range 20 {
		p.Press("+")
	}
	if most := alike("as large as can be"); !near(most[0].W, 300*32) {
		t.Errorf("at most the picture is %g wide", most[0].W)
	}
	if got := p.Text(".viewer-said"); got != "3200 %" {
		t.Errorf("it says %q", got)
	}
	if p.Count(".viewer-pixels") != 4 {
		t.Error("single pixels are smoothed")
	}
	look(p, "viewer-row")
	p.Press("0")
	if back := alike("fitted again"); !near(back[0].W, fit[0].W) || !near(back[0].X, fit[0].X) {
		t.Errorf("fitted again: %+v, before %+v", back[0], fit[0])
	}
}

// The viewer ends where the page's scrollbar begins.
func TestViewerBesideScrollbar(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{Width: 1280, Height: 500, Scrollbars: true})
	p.Focus(".grid-cell[tabindex='0']")
	p.Press(kb.Enter)
	p.Wait(`document.querySelector(".viewer-dialog")?.open`)
	wide := browser.Eval[[2]float64](p, `[document.documentElement.clientWidth, document.querySelector(".viewer-dialog").getBoundingClientRect().right]`)
	if wide[0] >= 1280 || wide[1] != wide[0] {
		t.Errorf("the page ends at %v, and the viewer at %v", wide[0], wide[1])
	}
}

// Two fingers enlarge all pictures around their middle.
func TestViewerPinch(t *testing.T) {
	d := fake{axes: usualAxes(), steps: []int{1}, size: image.Pt(300, 200)}.make(t)
	p := browser.Open(t, page(t, d), browser.View{Width: 360, Height: 740, Touch: true})
	p.Do(chromedp.Tap(chromedp.CSS(".grid-cell")))
	p.Wait(`document.querySelector(".viewer-frame img")?.style.width`)
	before := panes(p)[0]
	box := browser.Eval[struct{ X, Y, W, H float64 }](p, `(({x, y, width, height}) => ({X: x, Y: y, W: width, H: height}))(document.querySelector(".viewer-frame").getBoundingClientRect())`)
	x, y := box.X+box.W/2, box.Y+box.H/2
	ids := [2]float64{1, 2}
	touch := func(kind input.DispatchTouchEventType, apart float64) {
		var points []*input.TouchPoint
		if kind != input.DispatchTouchEventTypeTouchEnd {
			points = []*input.TouchPoint{{X: x - apart, Y: y, ID: &ids[0]}, {X: x + apart, Y: y, ID: &ids[1]}}
		}
		p.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
			return err
		}))
	}
	touch(input.DispatchTouchEventTypeTouchStart, 30)
	for apart := 35.0; apart <= 90; apart += 5 {
		touch(input.DispatchTouchEventTypeTouchMove, apart)
	}
	touch(input.DispatchTouchEventTypeTouchEnd, 0)
	after := panes(p)[0]
	if got := after.W / before.W; got < 2.5 || got > 3.5 {
		t.Errorf("fingers three times as far apart enlarge %g times", got)
	}
	if middle := after.X + after.W/2; math.Abs(middle-box.W/2) > 8 {
		t.Errorf("the middle went from %g to %g", box.W/2, middle)
	}
}

// Keys show content and style in place of the pictures, another step, and other pictures.
func TestViewerKeys(t *testing.T) {
	p := openRow(t)
	alts := func() string {
		return strings.Join(browser.Eval[[]string](p, `[...document.querySelectorAll(".viewer-frame img")].map((e) => e.alt)`), "; ")
	}
	captions := func() []string {
		return browser.Eval[[]string](p, `[...document.querySelectorAll("dialog figcaption")].map((e) => e.textContent)`)
	}
	if got := captions(); !slices.Equal(got, []string{"run 1 · tv.weight 0", "run 3 · tv.weight 1", "run 5 · tv.weight 2", "run 7 · tv.weight 3"}) {
		t.Errorf("the row is %q", got)
	}
	p.Press("c")
	if got := alts(); got != "content content-0.png; content content-0.png; content content-0.png; content content-0.png" {
		t.Errorf("c shows %q", got)
	}
	p.Press("y")
	if got := alts(); !strings.HasPrefix(got, "style style-0.png") {
		t.Errorf("s shows %q", got)
	}
	p.Press("y", "[")
	if got := captions()[0]; got != "run 1 · tv.weight 0 · iteration 100" {
		t.Errorf("[ shows %q", got)
	}
	p.Press("]", "k")
	if got := captions(); !slices.Equal(got, []string{"run 1 · style.weight 1", "run 9 · style.weight 10", "run 17 · style.weight 100"}) {
		t.Errorf("the column is %q", got)
	}
	p.Press("o")
	if got := captions(); len(got) != 1 {
		t.Errorf("o shows %q", got)
	}
	p.Press(kb.ArrowDown, kb.ArrowRight)
	if got := captions()[0]; got != "run 11 · style.weight 10, tv.weight 1, pair house × wave" {
		t.Errorf("the arrows lead to %q", got)
	}
	if got := p.Nameless(); len(got) > 0 {
		t.Errorf("without a name: %v", got)
	}
}

// Of a long row 16 are shown, those around the one that the reader came from.
func TestViewerOfMany(t *testing.T) {
	var levels []string
	for i := range 40 {
		levels = append(levels, fmt.Sprint(i))
	}
	d := fake{axes: []grid.Axis{{Name: "a", Levels: levels}, {Name: "b", Levels: []string{"x", "y"}}}, steps: []int{1}, size: image.Pt(30, 20)}.make(t)
	p := browser.Open(t, page(t, d), browser.View{})
	p.Focus(".grid-cell[tabindex='0']")
	for range 20 {
		p.Press(kb.ArrowDown)
	}
	p.Press("c")
	p.Wait(`document.querySelector(".viewer-said").textContent.includes("16 of 40")`)
	if got := browser.Eval[string](p, `document.querySelector("dialog figcaption").textContent`); got != "run 25 · a 12" {
		t.Errorf("the first is %q", got)
	}
}

// The scatter marks what no other picture beats, and its points open the viewer.
func TestScatter(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{})
	p.Wait(`document.querySelector(".scatter-point")`) // drawn once the plot has a size
	if got := p.Count(".scatter-point"); got != 12 {
		t.Errorf("%d points, want those of one pair", got)
	}
	if got := p.Text(".scatter .note"); got != "12 pictures; the 12 with a ring are beaten by no other in both numbers." {
		t.Errorf("it says %q", got)
	}
	setIn(p, ".scatter", "pair", "all")
	if got := p.Count(".scatter-point"); got != 24 {
		t.Errorf("%d points of all pairs", got)
	}
	setIn(p, ".scatter", "Up", "metrics.eval/content: content distance") // against itself: only the best is not beaten
	if got := p.Text(".scatter .note"); got != "24 pictures; the 1 with a ring are beaten by no other in both numbers." {
		t.Errorf("it says %q", got)
	}
	if got := browser.Eval[string](p, `document.querySelector(".scatter-front").getAttribute("aria-label")`); !strings.HasPrefix(got, "run 1:") || !strings.HasSuffix(got, "; not beaten") {
		t.Errorf("the ring is that of %q", got)
	}
	lefts := browser.Eval[[]float64](p, `[...document.querySelectorAll(".scatter-point")].map((e) => [Number(/run (\d+)/.exec(e.ariaLabel)[1]), parseFloat(e.style.left)]).sort((a, b) => a[0] - b[0]).map((e) => e[1])`)
	if !slices.IsSorted(lefts) {
		t.Errorf("points are at %v", lefts)
	}
	p.Focus(".scatter-front")
	if got := p.Text(".scatter-label"); !strings.Contains(got, "metrics.eval/content 1") {
		t.Errorf("the label is %q", got)
	}
	p.Press(kb.ArrowRight)
	p.Wait(`document.activeElement.ariaLabel.startsWith("run 2:")`)
	look(p, "scatter")
	p.Press(kb.Enter)
	p.Wait(`document.querySelector("dialog").open`)
	if got := p.Text("dialog figcaption"); !strings.HasPrefix(got, "run 2") {
		t.Errorf("Enter opens %q", got)
	}
	p.Wait(`location.hash.includes("up=eval%2Fcontent")`)
	link := browser.Eval[string](p, "location.href")
	p.Go("about:blank")
	p.Go(link)
	if got := browser.Eval[[]string](p, `[...document.querySelectorAll(".scatter select")].map((e) => e.selectedOptions[0].textContent)`); !slices.Equal(got, []string{"metrics.eval/content: content distance", "metrics.eval/content: content distance", "all"}) {
		t.Errorf("the link shows %q", got)
	}
}
