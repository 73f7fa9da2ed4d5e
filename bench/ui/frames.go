package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"runexp/internal/median"
)

// What is scrolled, and the bar of its longest frame.
const (
	gridPage  = "pictures"
	frameBar  = 100 * time.Millisecond
	pageReady = 2 * time.Minute // a machine without a graphics card draws slowly
)

// speeds are how fast the grid is scrolled, in pixels a second: with the wheel, as a finger throws it, with the scrollbar.
func speeds() []int { return []int{3_000, 10_000, 30_000} }

// scrolling scrolls the grid at a speed for some seconds, to and fro where it ends, and then waits until every picture on
// the screen is shown. Frames are as the page sees them: each is a call of requestAnimationFrame. Pictures are counted at
// some of them, which reads no layout.
const scrolling = `(async () => {
  const box = document.querySelector(".grid-scroll");
  const end = box.scrollHeight - box.clientHeight;
  const at = (distance) => end - Math.abs(end - (FROM + distance) % (2 * end));
  const frame = () => new Promise(requestAnimationFrame);
  const loaded = (place) => [...place.querySelectorAll("img")].some((img) => img.complete && img.naturalWidth > 0);
  const ready = (place) => loaded(place) || place.querySelector(".grid-none");
  box.scrollTop = at(0);
  await new Promise((done) => setTimeout(done, 1500));
  const frames = [];
  let places = 0, pictures = 0;
  const began = await frame();
  let before = began;
  while (before - began < SECONDS * 1000) {
    const now = await frame();
    frames.push(now - before);
    before = now;
    box.scrollTop = at((now - began) / 1000 * SPEED);
    if (frames.length % 10) continue;
    const seen = [...box.querySelectorAll(".grid-cell")];
    places += seen.length;
    pictures += seen.filter(ready).length;
  }
  const stopped = before;
  const screen = box.getBoundingClientRect();
  const isSeen = (place) => { const r = place.getBoundingClientRect(); return r.bottom > screen.top && r.top < screen.bottom; };
  const missing = () => [...box.querySelectorAll(".grid-cell")].filter(isSeen).some((place) => !ready(place));
  do {
    const now = await frame();
    frames.push(now - before);
    before = now;
  } while (missing());
  return JSON.stringify({ frames, shown: pictures / places, wait: before - stopped });
})()`

// A scroll is what was seen, in milliseconds.
type scroll struct {
	Frames []float64 // while it was scrolled, and until its pictures were shown
	Shown  float64   // pictures of the places in the page, 0 to 1, while it was scrolled
	Wait   float64   // from its end until all pictures on the screen were shown
}

func (s scroll) longest() float64 { return slices.Max(s.Frames) }

// frames opens the page of all pictures in Chromium and scrolls it at each speed, some times over and every time somewhere else.
func frames(ctx context.Context, url string, seconds, repeats int, out io.Writer) error {
	tab, end, err := openGrid(ctx, url)
	if err != nil {
		return err
	}
	defer end()
	seen := map[int][]scroll{}
	for i := range repeats {
		for _, speed := range speeds() {
			const apart = 37_000 // pixels: from one beginning to the next
			s, err := scrollGrid(tab, i*apart, speed, seconds)
			if err != nil {
				return err
			}
			seen[speed] = append(seen[speed], s)
		}
	}
	fmt.Fprintf(out, "%-12s %7s %9s %9s %15s %9s %9s %7s %12s\n", "scrolled", "frames", "median", "p95", "longest of each", "longest", "bar", "shown", "then wait")
	for _, speed := range speeds() {
		fmt.Fprintln(out, scrollRow(speed, seen[speed]))
	}
	return nil
}

// openGrid returns a tab with the grid, and what closes it.
func openGrid(ctx context.Context, url string) (tab context.Context, end func(), err error) {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, errors.New("no browser: install Debian's package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WSURLReadTimeout(pageReady))
	allocator, endBrowser := chromedp.NewExecAllocator(ctx, options...)
	tab, endTab := chromedp.NewContext(allocator)
	end = func() { endTab(); endBrowser() }
	defer func() {
		if err != nil {
			end()
		}
	}()
	if err := chromedp.Do(tab, chromedp.Navigate(strings.TrimSuffix(url, "/")+"/"+gridPage)); err != nil {
		return nil, nil, err
	}
	if _, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 900, DeviceScaleFactor: 1}); err != nil {
		return nil, nil, err
	}
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		ready, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.querySelectorAll(".grid-scroll img").length > 10`))
		if err != nil {
			return nil, nil, err
		}
		if ready {
			return tab, end, nil
		}
		if time.Since(began) > pageReady {
			return nil, nil, errors.New("the grid has no pictures after " + pageReady.String())
		}
	}
}

func scrollGrid(tab context.Context, from, speed, seconds int) (s scroll, err error) {
	script := strings.NewReplacer("SECONDS", fmt.Sprint(seconds), "SPEED", fmt.Sprint(speed), "FROM", fmt.Sprint(from)).Replace(scrolling)
	text, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return s, fmt.Errorf("the grid's frames are %q: %w", text, err)
	}
	return s, nil
}

// scrollRow is a line of the table: all frames of a speed, the longest frame of each scroll in their median, and
// the longest of all, which the bar is for.
func scrollRow(speed int, scrolls []scroll) string {
	var all, longest, shown, waits []float64
	for _, s := range scrolls {
		all = append(all, s.Frames...)
		longest = append(longest, s.longest())
		shown = append(shown, s.Shown)
		waits = append(waits, s.Wait)
	}
	slices.Sort(all)
	verdict := "pass"
	if slices.Max(longest) > float64(frameBar)/float64(time.Millisecond) {
		verdict = "FAIL"
	}
	return fmt.Sprintf("%6d px/s  %7d %6.1f ms %6.1f ms %12.1f ms %6.1f ms %6d ms %5.0f %% %9.0f ms %s", speed, len(all), median.Of(all), percentile(all, 95),
		median.Of(longest), slices.Max(longest), frameBar.Milliseconds(), 100*median.Of(shown), slices.Max(waits), verdict)
}
