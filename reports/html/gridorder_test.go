package html

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"

	"runexp/internal/browser"
	"runexp/reports/grid"
)

// runsShown are the runs of the grid's pictures, as the viewer of the page meets them.
func runsShown(p *browser.Page, most int) string {
	names := browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-name")].map((e) => e.textContent.replace("run ", ""))`)
	return strings.Join(names[:min(most, len(names))], " ")
}

// An order lays what is seen out in a flow, the best first, by any number or axis and in both directions; keys do it too.
func TestGridOrder(t *testing.T) {
	d := fake{axes: usualAxes(), steps: []int{100}, size: image.Pt(30, 20)}.make(t)
	data := d.Sections[0].Blocks[0].Grid.Data.(grid.Data)
	data.Numbers[0].Better = "higher" // the number is the run's
	data.Cells[4].Values = nil
	d.Sections[0].Blocks[0].Grid.Data = data
	address := page(t, d)
	p := browser.Open(t, address, browser.View{Width: 1400, Height: 900})
	said := func() string { return p.Text(".grid-said") }
	set(p, "Order", "metrics.eval/content: content distance")
	if got := runsShown(p, 3); got != "23 21 19" || said() != "12 of 24 pictures, all at pair house × wave." {
		t.Errorf("the best first: %s; %s", got, said())
	}
	all := runsShown(p, 99)
	if !strings.HasSuffix(all, " 5") {
		t.Errorf("the run without the number is not the last of %s", all)
	}
	choose := func(direction string) {
		browser.Eval[bool](p, fmt.Sprintf(`(() => {
			const select = document.querySelector("[aria-label='Direction of the order']");
			select.value = [...select.options].find((o) => o.textContent === %q).value;
			return select.dispatchEvent(new Event("change"));
		})()`, direction))
	}
	choose("lowest first")
	if got := runsShown(p, 3); got != "1 3 7" || !strings.HasSuffix(runsShown(p, 99), " 5") {
		t.Errorf("the lowest first: %s", runsShown(p, 99))
	}
	p.Focus(".grid-cell[tabindex='0']")
	p.Press("d")
	if got := runsShown(p, 3); got != "23 21 19" {
		t.Errorf("d leads to %s", got)
	}
	p.Wait(`location.hash.includes("direction=descending")`)
	link := browser.Eval[string](p, "location.href")
	p.Press("o")
	if got := browser.Eval[string](p, `document.activeElement.closest(".grid") && document.querySelector(".grid-control select").value + " " + `+labelled("Order")); got != "-1 metrics.eval/style: style distance" {
		t.Errorf("o leads to %s", got)
	}
	if got := runsShown(p, 2); got != "23 21" { // 100 / run, lower is better
		t.Errorf("by the other number: %s", got)
	}
	p.Go("about:blank")
	p.Go(link)
	if got := runsShown(p, 3); got != "23 21 19" {
		t.Errorf("the link shows %s", got)
	}
	set(p, "Order", "run")
	choose("highest first")
	if got := runsShown(p, 3); got != "23 21 19" {
		t.Errorf("the last run first: %s", got)
	}
	// On axes it says which of several runs a place shows.
	set(p, "Order", "metrics.eval/content: content distance")
	set(p, "Columns", "style.weight")
	set(p, "tv.weight", "all")
	if got := browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-name")].map((e) => e.textContent)`); !slices.Equal(got, []string{"run 7 + 3 more", "run 15 + 3 more", "run 23 + 3 more"}) {
		t.Errorf("the places show %q", got)
	}
}

// A place without a picture says why: the trial has not begun, or its run has failed of something.
func TestGridSaysWhy(t *testing.T) {
	d := fake{axes: usualAxes(), steps: []int{100}, size: image.Pt(30, 20)}.make(t)
	data := d.Sections[0].Blocks[0].Grid.Data.(grid.Data)
	data.Cells[0] = grid.Cell{Levels: []int{0, 0, 0}, Status: "not begun"}
	data.Cells[2] = grid.Cell{Run: 3, Levels: []int{0, 1, 0}, Status: "failed", Why: "the loss is not finite\nmore " + strings.Repeat("x", 500)}
	data.Cells[4] = grid.Cell{Run: 5, Levels: []int{0, 2, 0}}
	d.Sections[0].Blocks[0].Grid.Data = data
	p := browser.Open(t, page(t, d), browser.View{})
	got := browser.Eval[[]string](p, `[...document.querySelectorAll(".grid-picture")].slice(0, 4).map((e) => e.innerText)`)
	if want := []string{"not begun", "failed: the loss is not finite", "no picture", ""}; !slices.Equal(got, want) {
		t.Errorf("the places say %q, want %q", got, want)
	}
}

// labelled is an expression for what the control with this label shows.
func labelled(label string) string {
	return fmt.Sprintf(`[...document.querySelectorAll(".grid label")].find((l) => l.textContent === %q).control.selectedOptions[0].textContent`, label)
}
