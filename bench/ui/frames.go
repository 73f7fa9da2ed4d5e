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
)

// What is scrolled, and the bar of its slowest frame.
const (
	gridPage  = "pictures"
	frameBar  = 100 * time.Millisecond
	pageReady = 2 * time.Minute // a machine without a graphics card draws slowly
)

// scrolling scrolls the grid at a speed, in pixels a second, for some seconds, and returns the time of each frame in
// milliseconds, as the page sees them: each is a call of requestAnimationFrame.
const scrolling = `(async () => {
  const box = document.querySelector(".grid-scroll");
  const frames = [];
  const from = FROM;
  box.scrollTop = from;
  await new Promise((done) => setTimeout(done, 1500));
  let before = await new Promise(requestAnimationFrame);
  const began = before;
  while (before - began < SECONDS * 1000) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
    box.scrollTop = from + (now - began) / 1000 * SPEED;
  }
  return JSON.stringify({ frames, rows: box.querySelectorAll(".grid-row").length, height: box.scrollHeight, seen: box.scrollTop - from });
})()`

// A scroll is what was seen.
type scroll struct {
	Frames       []float64
	Rows         int // in the document
	Height, Seen float64
}

// passes are how the grid is scrolled: with the wheel, through pictures that are new to the browser and back over the same ones,
// and as fast as a finger throws it.
func passes() []struct {
	name        string
	from, speed int
} {
	return []struct {
		name        string
		from, speed int
	}{{"3,000 px/s", 0, 3000}, {"3,000 px/s, again", 0, 3000}, {"10,000 px/s", 60_000, 10_000}, {"10,000 px/s, again", 60_000, 10_000}}
}

// frames opens the page of all pictures in Chromium and scrolls it.
func frames(ctx context.Context, url string, seconds int, out io.Writer) error {
	program, err := exec.LookPath("chromium")
	if err != nil {
		return errors.New("no browser: install Debian's package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.WSURLReadTimeout(pageReady))
	allocator, end := chromedp.NewExecAllocator(ctx, options...)
	defer end()
	tab, endTab := chromedp.NewContext(allocator)
	defer endTab()
	if err := chromedp.Do(tab, chromedp.Navigate(strings.TrimSuffix(url, "/")+"/"+gridPage)); err != nil {
		return err
	}
	if _, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 900, DeviceScaleFactor: 1}); err != nil {
		return err
	}
	for began := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		ready, err := chromedp.Run(tab, chromedp.Evaluate[bool](`document.querySelectorAll(".grid-scroll img").length > 10`))
		if err != nil {
			return err
		}
		if ready {
			break
		}
		if time.Since(began) > pageReady {
			return errors.New("the grid has no pictures after " + pageReady.String())
		}
	}
	fmt.Fprintf(out, "%-20s %9s %6s %9s %9s %9s %9s %9s\n", "scrolled", "pixels", "rows", "frames", "median", "p95", "max", "bar")
	for _, p := range passes() {
		script := strings.NewReplacer("SECONDS", fmt.Sprint(seconds), "SPEED", fmt.Sprint(p.speed), "FROM", fmt.Sprint(p.from)).Replace(scrolling)
		text, err := chromedp.Run(tab, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			return err
		}
		var seen scroll
		if err := json.Unmarshal([]byte(text), &seen); err != nil {
			return err
		}
		slices.Sort(seen.Frames)
		at := func(share float64) time.Duration {
			return time.Duration(seen.Frames[int(share*float64(len(seen.Frames)-1))] * float64(time.Millisecond))
		}
		verdict := "pass"
		if at(1) > frameBar {
			verdict = "FAIL"
		}
		fmt.Fprintf(out, "%-20s %9.0f %6d %9d %9s %9s %9s %9s %s\n", p.name, seen.Seen, seen.Rows, len(seen.Frames),
			shortly(at(0.5)), shortly(at(0.95)), shortly(at(1)), shortly(frameBar), verdict)
	}
	return nil
}

func shortly(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
