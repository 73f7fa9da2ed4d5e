package html

import (
	"html/template"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"runexp/internal/browser"
	"runexp/reports/plots"
)

// curvePage writes a page with a curve and returns its address.
func curvePage(t *testing.T) string {
	t.Helper()
	c := plots.Convergence{Title: "Losses", Stages: []plots.Stage{{At: 0, Label: "150×225"}, {At: 200, Label: "300×450"}}}
	for _, name := range []string{"total", "style </script><b>"} {
		s := plots.Series{Name: name}
		for i := range 401 {
			s.Steps, s.Values = append(s.Steps, float64(i)), append(s.Values, 1000*math.Exp(-float64(i)/80)+1)
		}
		c.Series = append(c.Series, s)
	}
	c.Series[1].Values[1] = math.NaN()
	curve, err := NewCurve(c, "Losses of run 1")
	if err != nil {
		t.Fatal(err)
	}
	page := template.Must(Templates().New("page").Parse(`<!DOCTYPE html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>{{.Style}}</style><main>{{template "curve" .Curve}}</main><script>{{.Script}}</script>`))
	path := filepath.Join(t.TempDir(), "curve.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	err = page.Execute(file, struct {
		Curve  Curve
		Style  template.CSS
		Script template.JS
	}{curve, template.CSS(Style()), template.JS(Script("pointer.js"))})
	if err != nil {
		t.Fatal(err)
	}
	return "file://" + path
}

// look writes a screenshot into the folder RUNEXP_LOOK, if it is set, for a person to look at.
func look(p *browser.Page, name string) {
	if folder := os.Getenv("RUNEXP_LOOK"); folder != "" {
		p.Screenshot(filepath.Join(folder, name+".png"), false)
	}
}

// A mouse, and keys, show the values of the nearest step.
func TestPointer(t *testing.T) {
	p := browser.Open(t, curvePage(t), browser.View{})
	type box struct{ Left, Top, Width, Height float64 }
	area := browser.Eval[box](p, `(({left, top, width, height}) => ({Left: left, Top: top, Width: width, Height: height}))(document.querySelector(".pointer-area").getBoundingClientRect())`)
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, area.Left+area.Width*0.75, area.Top+area.Height/2))
	p.Wait(`!document.querySelector(".pointer-values").hidden`)
	if got := p.Text(".pointer-values"); !strings.Contains(got, "iteration 300, 300×450") || !strings.Contains(got, "24.52") {
		t.Errorf("the mouse shows %q", got)
	}
	line := browser.Eval[float64](p, `document.querySelector(".pointer-line").getBoundingClientRect().left`)
	if want := area.Left + area.Width*0.75; math.Abs(line-want) > 1.5 {
		t.Errorf("the line is at %g, the pointer at %g", line, want)
	}
	look(p, "pointer")
	p.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 5, 5))
	p.Wait(`document.querySelector(".pointer-values").hidden`)

	p.Focus(".pointer-area")
	p.Press(kb.ArrowRight, kb.ArrowRight)
	if got := p.Text(".pointer-values"); !strings.Contains(got, "iteration 1, 150×225") || !strings.Contains(got, "style </script><b>") || !strings.Contains(got, "no number") {
		t.Errorf("the keys show %q", got)
	}
	said := browser.Eval[string](p, `document.activeElement.getAttribute("aria-valuetext")`)
	if want := "iteration 1, 150×225; total 988.6; style </script><b> no number"; said != want {
		t.Errorf("a reader hears %q, want %q", said, want)
	}
	p.Press(kb.End, kb.ArrowLeft)
	if got := p.Text(".pointer-step"); got != "iteration 399, 300×450" {
		t.Errorf("End and ← lead to %q", got)
	}
	p.Press(kb.Escape)
	if !browser.Eval[bool](p, `document.querySelector(".pointer-values").hidden`) {
		t.Error("Escape does not hide the values")
	}
	if got := p.Nameless(); len(got) > 0 {
		t.Errorf("without a name: %v", got)
	}
}

// A page that got another curve is prepared again; what was prepared stays.
func TestPointerIsAttachedLater(t *testing.T) {
	p := browser.Open(t, curvePage(t), browser.View{Width: 360, Height: 640, Touch: true})
	browser.Eval[bool](p, `(() => {
		const old = document.querySelector("figure"), later = document.createElement("figure");
		later.dataset.pointer = "";
		later.append(old.querySelector("img").cloneNode(), old.querySelector("script").cloneNode(true));
		document.querySelector("main").append(later);
		runexp.pointer(document);
		runexp.pointer(document);
		return true;
	})()`)
	if got := p.Count(".pointer-area"); got != 2 {
		t.Errorf("%d curves are prepared, want 2", got)
	}
	if wide := browser.Eval[int](p, "document.documentElement.scrollWidth"); wide > 360 {
		t.Errorf("the page is %d pixels wide", wide)
	}
	p.Do(chromedp.Tap(chromedp.CSS(".pointer-area")))
	p.Wait(`!document.querySelector(".pointer-values").hidden`)
	look(p, "pointer-360")
}

// Names beside a curve stay within the figure in a browser whose font is wider than the one that it was laid out with.
func TestCurveInWiderFont(t *testing.T) {
	p := browser.Open(t, curvePage(t), browser.View{})
	out := browser.Eval[[]string](p, `(async () => {
		const wider = (await (await fetch(document.querySelector(".curve img").src)).text()).replaceAll("font-family:Liberation Sans,Arial,Helvetica,sans-serif", "font-family:monospace");
		const box = document.createElement("div");
		box.innerHTML = wider.slice(wider.indexOf("<svg"));
		document.body.append(box);
		const edge = box.querySelector("svg").getBoundingClientRect();
		const texts = [...box.querySelectorAll("text")];
		if (texts.length < 10) return ["few texts"];
		return texts.filter((e) => e.getBoundingClientRect().right > edge.right || e.getBoundingClientRect().top < edge.top).map((e) => e.textContent);
	})()`)
	if len(out) > 0 {
		t.Errorf("outside the figure: %q", out)
	}
}

// On a phone a curve is as large as it was drawn, and scrolls within the page; a finger still shows values.
func TestCurveOnPhone(t *testing.T) {
	p := browser.Open(t, curvePage(t), browser.View{Width: 360, Height: 740, Touch: true})
	p.Wait(`document.querySelector(".pointer-area")`)
	size := browser.Eval[[]float64](p, `[document.querySelector(".curve img").width, document.querySelector(".curve img").getAttribute("width"), document.documentElement.scrollWidth, document.querySelector(".pointer-figure").scrollWidth].map(Number)`)
	if size[0] != size[1] || size[2] > 360 || size[3] < 600 {
		t.Errorf("the picture is %g of %g pixels, the page %g, what scrolls %g", size[0], size[1], size[2], size[3])
	}
	browser.Eval[bool](p, `(document.querySelector(".pointer-figure").scrollTo(300, 0), true)`)
	p.Do(chromedp.Tap(chromedp.CSS(".pointer-area")))
	p.Wait(`!document.querySelector(".pointer-values").hidden`)
	look(p, "curve-phone")
}
