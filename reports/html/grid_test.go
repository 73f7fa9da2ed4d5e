package html

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"runexp/internal/browser"
	"runexp/reports/document"
	"runexp/reports/grid"
)

func usualPage(t *testing.T) string {
	t.Helper()
	return page(t, fake{axes: usualAxes(), steps: []int{50, 100, 200}, size: image.Pt(30, 20)}.make(t))
}

// heads are the texts of headers.
func heads(p *browser.Page, role string) string {
	return browser.Eval[string](p, fmt.Sprintf(`[...document.querySelectorAll("[role=%s] .grid-level")].map((e) => e.textContent).join(" ")`, role))
}

// shown are the alternative texts of the pictures that the grid shows.
func shown(p *browser.Page) []string {
	return browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-cell img")].map((e) => e.alt)`)
}

// set chooses an option of the grid's control with this label, by its text.
func set(p *browser.Page, label, option string) { setIn(p, ".grid", label, option) }

func setIn(p *browser.Page, within, label, option string) {
	browser.Eval[bool](p, fmt.Sprintf(`(() => {
		const label = [...document.querySelectorAll("%s label")].find((l) => l.textContent.startsWith(%q));
		const control = label.control ?? label.querySelector("select");
		control.value = [...control.options].find((o) => o.textContent === %q).value;
		control.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`, within, label, option))
}

// The reader chooses the axes; others are held at a level that is said once.
func TestGridAxes(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{})
	if got := heads(p, "columnheader"); got != "0 1 2 3" {
		t.Errorf("columns %q", got)
	}
	if got := heads(p, "rowheader"); got != "1 10 100" {
		t.Errorf("rows %q", got)
	}
	if got := p.Text(".grid-said"); got != "12 of 24 pictures, all at pair house × wave." {
		t.Errorf("it says %q", got)
	}
	if got := p.Text(".grid-beside"); !strings.Contains(got, "content: content-0.png") || !strings.Contains(got, "style: style-0.png") {
		t.Errorf("beside the grid is %q", got)
	}
	if got := shown(p); len(got) != 12 || got[0] != "run 1: style.weight 1, tv.weight 0, pair house × wave" {
		t.Errorf("pictures %q", got)
	}
	set(p, "pair", "raft × night")
	if got := shown(p); len(got) != 12 || got[0] != "run 2: style.weight 1, tv.weight 0, pair raft × night" {
		t.Errorf("of the other pair %q", got)
	}
	set(p, "Columns", "pair")
	if got := heads(p, "columnheader"); got != "house × wave raft × night" {
		t.Errorf("columns %q", got)
	}
	if got := p.Text(".grid-said"); got != "6 of 24 pictures, all at tv.weight 0." {
		t.Errorf("it says %q", got)
	}
	if got := browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-columnhead img")].map((e) => e.alt)`); !slices.Equal(got, []string{"content content-0.png", "style style-0.png", "content content-1.png", "style style-1.png"}) {
		t.Errorf("the headers of pairs show %q", got)
	}
	set(p, "Columns", "style.weight") // which was the rows: they change places
	if got := heads(p, "columnheader") + " | " + heads(p, "rowheader"); got != "1 10 100 | house × wave raft × night" {
		t.Errorf("after they change places: %q", got)
	}
	set(p, "tv.weight", "all")
	if got := p.Text(".grid-note"); got != "run 1 + 3 more\n0 tv.weight\n1 metrics.eval/content\n+ 1\n+ 2\n+ 3" {
		t.Errorf("a place of several runs says %q", got)
	}
	set(p, "Rows", "–")
	set(p, "pair", "all") // the last line has those for which there is no other
	if got, want := p.Text(".grid-note"), "run 1 + 7 more\n0 tv.weight\nhouse × wave pair\n1 metrics.eval/content\n+ 0, raft × night\n+ 1, house × wave\n+ 1, raft × night; 2, house × wave; "; !strings.HasPrefix(got, want) {
		t.Errorf("a place of two pairs says %q, want %q", got, want)
	}
	if below := browser.Eval[float64](p, `Math.max(...[...document.querySelectorAll(".grid-cell")].map((e) => e.scrollHeight - e.clientHeight))`); below > 0 {
		t.Errorf("%v pixels of a place are cut off", below)
	}
	set(p, "Columns", "–")
	set(p, "Order", "metrics.eval/style: style distance")
	if got := shown(p); len(got) != 24 || !strings.HasPrefix(got[0], "run 24:") {
		t.Errorf("a flow of all pictures by a number: %q", got)
	}
	look(p, "grid-flow")
}

// One slider sets the step of all pictures.
func TestGridSteps(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{})
	sources := func() []string {
		return browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-cell img")].map((e) => e.src)`)
	}
	results := sources()
	p.Focus(".grid-cell")
	p.Press("[")
	if got := p.Text("output"); got != "100" {
		t.Errorf("[ leads to step %q", got)
	}
	before := sources()
	for i := range results {
		if before[i] == results[i] {
			t.Fatalf("picture %d is still the result", i)
		}
	}
	p.Press("[", "[", "[")
	if got := p.Text("output"); got != "50" {
		t.Errorf("the first step is %q", got)
	}
	p.Press("]", "]")
	if got := p.Text("output"); got != "result" || !slices.Equal(sources(), results) {
		t.Errorf("] leads back to %q", got)
	}
}

// All of the grid can be done by keys, and the focus comes back to where it was.
func TestGridKeys(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{})
	active := func() string {
		return browser.Eval[string](p, `document.activeElement.dataset.row + "," + document.activeElement.dataset.column`)
	}
	p.Focus(".grid-cell[tabindex='0']")
	p.Press(kb.ArrowRight, kb.ArrowDown, kb.ArrowDown, kb.ArrowDown, kb.ArrowLeft, kb.ArrowRight, kb.ArrowRight)
	if got := active(); got != "2,2" {
		t.Errorf("the arrows lead to %s", got)
	}
	if n := p.Count(".grid-cell[tabindex='0']"); n != 1 {
		t.Errorf("%d places can be reached by Tab", n)
	}
	p.Press(kb.Home, kb.PageUp)
	if got := active(); got != "0,0" {
		t.Errorf("Home and Page Up lead to %s", got)
	}
	p.Press(" ", kb.ArrowRight, " ", "+")
	if n := p.Count(".grid-cell[aria-selected='true']"); n != 2 {
		t.Errorf("%d pictures are chosen", n)
	}
	p.Press(kb.Enter)
	p.Wait(`document.querySelector("dialog").open`)
	if got := browser.Eval[[]string](p, `[...document.querySelectorAll("dialog figcaption")].map((e) => e.textContent)`); !slices.Equal(got, []string{"run 1 · tv.weight 0", "run 3 · tv.weight 1"}) {
		t.Errorf("the viewer shows %q", got)
	}
	p.Press(kb.Escape)
	p.Wait(`!document.querySelector("dialog").open`)
	if got := active(); got != "0,1" {
		t.Errorf("the focus comes back to %s", got)
	}
	p.Press("x")
	if got := heads(p, "columnheader"); got != "house × wave raft × night" {
		t.Errorf("x leads to %q", got)
	}
	p.Press("X", kb.Escape, "?")
	if got := heads(p, "columnheader"); got != "0 1 2 3" {
		t.Errorf("Shift+x leads back to %q", got)
	}
	if n := p.Count(".grid-cell[aria-selected='true']"); n != 0 {
		t.Errorf("%d are still chosen", n)
	}
	p.Wait(`document.getElementById("help")?.open`)
}

// A figure of pictures has a dark one for dark pages, where others are inverted.
func TestFigureOnDark(t *testing.T) {
	file := func(level uint8) document.File {
		return document.File{MIME: "image/png", Data: plain(t, color.Gray{level}, image.Pt(40, 30))}
	}
	night := file(20)
	address := page(t, document.Document{Title: "Best", Sections: []document.Section{{ID: "best", Title: "Best", Blocks: []document.Block{
		{Figure: &document.Figure{Alt: "best", Wide: true, Shown: file(250), Dark: &night}},
	}}}})
	for _, dark := range []bool{false, true} {
		p := browser.Open(t, address, browser.View{Dark: dark})
		p.Wait(`document.images[0].complete`)
		level := browser.Eval[int](p, `(() => {
			const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }), drawing = canvas.getContext("2d");
			drawing.drawImage(document.images[0], 0, 0);
			return drawing.getImageData(0, 0, 1, 1).data[0];
		})()`)
		filter := browser.Eval[string](p, `getComputedStyle(document.images[0]).filter`)
		if level != map[bool]int{false: 250, true: 20}[dark] || filter != "none" {
			t.Errorf("on dark %t it is the figure of level %d, filtered by %s", dark, level, filter)
		}
	}
}

// In a file ? lists the keys from wherever the reader is, each once, and none that only a server has.
func TestKeysOfFile(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{})
	p.Press("?")
	p.Wait(`document.getElementById("help")?.open`)
	keys := p.Text("#help-keys")
	for want, count := range map[string]int{"choose it, up to 16": 1, "pixel for pixel": 1, "these keys": 1, "star it": 0, "vote": 0} {
		if strings.Count(keys, want) != count {
			t.Errorf("the keys have %q not %d times: %q", want, count, keys)
		}
	}
	if got := p.Nameless(); len(got) > 0 {
		t.Errorf("without a name: %v", got)
	}
	p.Press(kb.Escape)
	p.Wait(`!document.getElementById("help").open`)
	p.Focus(".grid-cell[tabindex='0']")
	p.Press(kb.Enter)
	p.Wait(`document.querySelector(".viewer-dialog").open`)
	p.Press("?")
	p.Wait(`document.getElementById("help").open`)
}

// A link is a view: what was chosen is in the address, and a page that is opened there shows it.
func TestGridAddress(t *testing.T) {
	address := usualPage(t)
	p := browser.Open(t, address, browser.View{})
	set(p, "Columns", "pair")
	set(p, "tv.weight", "2")
	p.Focus(".grid-cell[tabindex='0']")
	p.Press("[", "-", "r")
	p.Wait(`document.querySelector("dialog").open`)
	p.Press("+", "+", kb.ArrowLeft, "c")
	p.Wait(`location.hash.includes("face=content") && location.hash.includes("zoom=")`)
	link := browser.Eval[string](p, "location.href")
	state := `JSON.stringify([...document.querySelectorAll(".grid-level, .grid-said, output, dialog figcaption, .viewer-said")].map((e) => e.textContent)
		.concat([...document.querySelectorAll("dialog img")].map((e) => e.alt + " " + (e.style.transform + e.style.width).replace(/[\d.]+/g, (n) => Math.round(n))), document.querySelector(".grid-cell").style.width))`
	want := browser.Eval[string](p, state)
	p.Go("about:blank")
	p.Go(link)
	p.Wait(`document.querySelector("dialog")?.open && document.querySelector("dialog img").style.width`)
	if got := browser.Eval[string](p, state); got != want {
		t.Errorf("the link %s\nshows %s\nand not %s", link, got, want)
	}
	// A link that is followed in the page that is open shows its view too.
	p.Press(kb.Escape)
	browser.Eval[bool](p, `(location.hash = "#look&x=losses.tv.weight&y=losses.style.weight&at.pair=raft+%C3%97+night", true)`)
	p.Wait(`document.querySelector(".grid-said").textContent === "12 of 24 pictures, all at pair raft × night."`)
	if got := heads(p, "columnheader"); got != "0 1 2 3" {
		t.Errorf("a link in the page shows %q", got)
	}
	// What the data do not have is passed over.
	p.Go("about:blank")
	p.Go(address + "#look&x=gone&y=-&at.pair=gone&step=x&size=1e9&order=number:gone&view=99,x&zoom=-1&numbers=gone")
	if got := heads(p, "columnheader"); got != "0 1 2 3" || p.Count("dialog[open]") != 0 {
		t.Errorf("an address of nothing shows %q", got)
	}
}

// numbered are n levels.
func numbered(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprint(i))
	}
	return list
}

// Of thousands of pictures only those on the screen are in the page, and what was scrolled to is.
func TestGridIsVirtual(t *testing.T) {
	d := fake{axes: []grid.Axis{{Name: "a", Levels: numbered(100)}, {Name: "b", Levels: numbered(100)}}, size: image.Pt(30, 20)}.make(t)
	p := browser.Open(t, page(t, d), browser.View{Width: 1400, Height: 900})
	inPage := func() int { return p.Count(".grid-cell") }
	if n := inPage(); n < 20 || n > 200 {
		t.Errorf("%d places are in the page", n)
	}
	p.Focus(".grid-cell[tabindex='0']")
	p.Press(kb.End)
	for range 40 {
		p.Press(kb.PageDown)
	}
	if got := browser.Eval[string](p, `document.activeElement.querySelector(".grid-name").textContent`); got != "run 10000" {
		t.Errorf("the last place is %q", got)
	}
	if n := inPage(); n < 20 || n > 200 {
		t.Errorf("%d places are in the page", n)
	}
	grid := browser.Eval[[]string](p, `["aria-rowcount", "aria-colcount"].map((a) => document.querySelector("[role=grid]").getAttribute(a))
		.concat(document.activeElement.getAttribute("aria-colindex"), document.activeElement.parentElement.getAttribute("aria-rowindex"))`)
	if want := []string{"101", "101", "101", "101"}; !slices.Equal(grid, want) {
		t.Errorf("counts and places %v, want %v", grid, want)
	}
	browser.Eval[bool](p, `(document.querySelector(".grid-scroll").scrollTo(0, 0), true)`)
	p.Wait(`[...document.querySelectorAll(".grid-rowhead")].some((e) => e.textContent === "0")`)
}

// Places that are scrolled past faster than they can be seen stay empty, and are filled when the scroll rests. Time is the
// test's own: 16 ms a frame.
func TestGridScrolledPast(t *testing.T) {
	d := fake{axes: []grid.Axis{{Name: "a", Levels: numbered(5)}, {Name: "b", Levels: numbered(200)}}, size: image.Pt(30, 20)}.make(t)
	p := browser.Open(t, page(t, d), browser.View{})
	empty := `document.querySelectorAll(".grid-cell:empty").length`
	scroll := func(pixels, frames int) {
		browser.Eval[bool](p, fmt.Sprintf(`(async () => {
			const box = document.querySelector(".grid-scroll"), frame = globalThis.realFrame ??= requestAnimationFrame.bind(globalThis);
			globalThis.clock ??= performance.now() + 1000;
			globalThis.requestAnimationFrame = (f) => frame(() => f(clock));
			for (let i = 0; i < %d; i++) {
				box.scrollTop += %d;
				clock += 16;
				await new Promise(frame);
				await new Promise(frame);
			}
			return true;
		})()`, frames, pixels))
	}
	if n := browser.Eval[int](p, empty); n != 0 {
		t.Errorf("%d places are empty at the beginning", n)
	}
	scroll(16, 20)
	if n := browser.Eval[int](p, empty); n != 0 {
		t.Errorf("%d places are empty at 1 pixel a millisecond", n)
	}
	scroll(320, 20)
	if n, all := browser.Eval[int](p, empty), p.Count(".grid-cell"); n < all/2 {
		t.Errorf("%d of %d places are empty at 20 pixels a millisecond", n, all)
	}
	browser.Eval[bool](p, `(clock += 1000, true)`)
	p.Wait(empty + " === 0")
	scroll(-320, 20)
	p.Focus(".grid-cell[tabindex='0']") // keys wait for nothing
	p.Press(kb.PageDown)
	if n := browser.Eval[int](p, empty); n != 0 {
		t.Errorf("%d places are empty where the keys lead", n)
	}
}

// Names with markup, quotes and characters of four bytes are text, and what does not print is seen.
func TestGridHostileNames(t *testing.T) {
	const hostile = `<img src=x onerror=alert(1)>"'</script>𝕏 &amp; ` + "\u202e\u009b"
	axes := usualAxes()
	axes[0].Name, axes[0].Levels[0], axes[2].Levels[0] = "losses."+hostile, hostile, hostile
	d := fake{axes: axes, steps: []int{9}, size: image.Pt(30, 20)}.make(t)
	data := d.Sections[0].Blocks[0].Grid.Data.(grid.Data)
	data.Inputs[0].Name, data.Numbers[0].Label, data.Cells[0].Flaw = hostile, hostile, hostile
	data.Notes = []string{hostile}
	d.Sections[0].Blocks[0].Grid.Data = data
	p := browser.Open(t, page(t, d), browser.View{})
	p.Click(".grid-cell")
	p.Wait(`document.querySelector("dialog").open`)
	const want = `<img src=x onerror=alert(1)>"'</script>𝕏 &amp; \u202e\u009b`
	for _, selector := range []string{".grid-rowhead .grid-level", ".grid-name", ".grid-beside", ".grid-bar .note", "figcaption"} {
		if got := p.Text(selector); !strings.Contains(got, `<img src=x onerror=alert(1)>"'`) {
			t.Errorf("%s is %q", selector, got)
		}
	}
	if n := p.Count("[onerror], img[src='x']"); n != 0 {
		t.Errorf("%d elements are made of names", n)
	}
	if got := browser.Eval[string](p, `document.querySelector("dialog img").alt`); !strings.Contains(got, `</script>𝕏 &amp; \u202e`) {
		t.Errorf("the picture is called %q, want it to have %q", got, want)
	}
}

// What a screen reader meets has its role and its name, on a wide and on a narrow screen, and the page
// asks for nothing but itself.
func TestGridAccessibility(t *testing.T) {
	for _, view := range []browser.View{{Width: 1400, Height: 900}, {Width: 360, Height: 740, Dark: true, Touch: true, StillMotion: true}} {
		p := browser.Open(t, usualPage(t), view)
		tree := p.Tree()
		for _, want := range []browser.Node{
			{Role: "grid", Name: "Pictures"}, {Role: "columnheader", Name: "0"}, {Role: "rowheader", Name: "1"},
			{Role: "gridcell", Name: "run 1: style.weight 1, tv.weight 0, pair house × wave run 1 1 metrics.eval/content"},
			{Role: "image", Name: "run 1: style.weight 1, tv.weight 0, pair house × wave"},
			{Role: "combobox", Name: "Columns"}, {Role: "slider", Name: "Iteration"}, {Role: "button", Name: "Keys"},
		} {
			if !slices.Contains(tree, want) {
				t.Errorf("the tree has no %+v:\n%+v", want, tree)
			}
		}
		p.Click(".grid-cell")
		p.Wait(`document.querySelector("dialog").open`)
		if !slices.Contains(p.Tree(), browser.Node{Role: "dialog", Name: "run 1: style.weight 1, tv.weight 0, pair house × wave"}) {
			t.Errorf("the viewer is not in the tree: %+v", p.Tree())
		}
		look(p, fmt.Sprintf("viewer-%d", view.Width))
		p.Press(kb.Escape)
		if got := p.Nameless(); len(got) > 0 {
			t.Errorf("without a name: %v", got)
		}
		if wide := browser.Eval[int](p, "document.documentElement.scrollWidth"); wide > view.Width {
			t.Errorf("the page is %d pixels wide on a screen of %d", wide, view.Width)
		}
		look(p, fmt.Sprintf("grid-%d", view.Width))
		if got := p.Requests(); len(got) != 1 {
			t.Errorf("requests %q", got)
		}
	}
}

// Without a script every picture is there, one by one.
func TestGridWithoutScript(t *testing.T) {
	p := browser.Open(t, usualPage(t), browser.View{NoScript: true})
	tree := p.Tree()
	pictures := 0
	for _, n := range tree {
		if n.Role == "image" && strings.HasPrefix(n.Name, "picture ") {
			pictures++
		}
	}
	if want := 4 + 24*3; pictures != want {
		t.Errorf("%d pictures, want %d", pictures, want)
	}
}
