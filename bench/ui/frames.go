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

// scrolling scrolls the grid from one end to the other at a steady speed, in as many seconds, and returns the time of each
// frame in milliseconds, as the page sees them: each is a call of requestAnimationFrame.
const scrolling = `(async () => {
  const box = document.querySelector(".grid-scroll");
  const frames = [];
  const end = box.scrollHeight - box.clientHeight;
  let before = await new Promise(requestAnimationFrame);
  const began = before;
  for (let at = 0; at < end;) {
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
    at = Math.min(end, (now - began) / (1000 * SECONDS) * end);
    box.scrollTop = at;
  }
  return JSON.stringify({ frames, pictures: Number(document.querySelector("figure[data-grid]").textContent.match(/[0-9,]+ of ([0-9,]+) picture/)?.[1].replace(",", "") ?? 0),
    rows: box.querySelectorAll(".grid-row").length, height: box.scrollHeight });
})()`

// A scroll is what was seen.
type scroll struct {
	Frames         []float64
	Pictures, Rows int
	Height         float64
}

// frames opens the page of all pictures in Chromium and scrolls it, slowly with pictures that are new to the browser, and again
// with those that it has.
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
	fmt.Fprintf(out, "%-22s %9s %6s %9s %9s %9s %9s %9s\n", "scrolled", "pictures", "rows", "frames", "median", "p95", "max", "bar")
	for _, pass := range []string{"the first time", "again"} {
		text, err := chromedp.Run(tab, chromedp.Evaluate[string](strings.ReplaceAll(scrolling, "SECONDS", fmt.Sprint(seconds)), chromedp.EvalAwaitPromise))
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
		fmt.Fprintf(out, "%-22s %9d %6d %9d %9s %9s %9s %9s %s\n", pass, seen.Pictures, seen.Rows, len(seen.Frames),
			shortly(at(0.5)), shortly(at(0.95)), shortly(at(1)), shortly(frameBar), verdict)
	}
	return nil
}

func shortly(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }
