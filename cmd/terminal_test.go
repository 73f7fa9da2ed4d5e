//go:build linux

package cmd

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
	"golang.org/x/sys/unix"

	"runexp/experiments/plan"
	"runexp/framework/run"
	"runexp/framework/store"
)

// openTerminal returns a pseudo-terminal's two ends: what is written to program is
// read from screen.
func openTerminal(t *testing.T, columns int) (screen, program *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no terminals here: %v", err)
	}
	t.Cleanup(func() { program.Close() })
	resize(t, program, columns)
	return screen, program
}

func resize(t *testing.T, terminal *os.File, columns int) {
	t.Helper()
	if err := unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
}

// shown returns what do writes to a terminal of that width, byte for byte.
func shown(t *testing.T, columns int, do func(program *os.File)) string {
	t.Helper()
	screen, program := openTerminal(t, columns)
	all := make(chan string)
	go func() {
		var b bytes.Buffer
		_, _ = b.ReadFrom(screen) // ends with EIO once nobody has the other end
		all <- b.String()
	}()
	do(program)
	program.Close()
	return <-all
}

// rows returns the rows of a terminal after text. It emulates \r, \n, line wrap and
// the one control sequence that the program uses. Anything else fails.
func rows(t *testing.T, text string, columns int) []string {
	t.Helper()
	var done []string
	var row []string // one letter per cell; a wide one is followed by an empty cell
	at := 0
	wrap := func() {
		done = append(done, strings.Join(row, ""))
		row, at = nil, 0
	}
	for letters := uniseg.NewGraphemes(text); letters.Next(); {
		switch letter := letters.Str(); letter {
		case "\r":
			at = 0
		case "\n", "\r\n":
			wrap()
		case "\x1b":
			rest := text[byteAfter(letters):]
			if !strings.HasPrefix(rest, "[K") {
				t.Fatalf("unexpected control sequence: %q", rest[:min(len(rest), 20)])
			}
			row = row[:at]
			letters.Next()
			letters.Next()
		default:
			width := letters.Width()
			if letter < " " || letter == "\x7f" {
				t.Fatalf("a control character: %q", letter)
			}
			if at+width > columns {
				wrap()
			}
			for len(row) < at+width {
				row = append(row, "")
			}
			row[at] = letter
			for i := 1; i < width; i++ {
				row[at+i] = ""
			}
			at += width
		}
	}
	return append(done, strings.Join(row, ""))
}

func byteAfter(letters *uniseg.Graphemes) int {
	_, end := letters.Positions()
	return end
}

// A stage's bar takes one row, however narrow the terminal is or becomes.
func TestBarTakesOneRow(t *testing.T) {
	for _, columns := range []int{20, 21, 40, 59, 60, 79, 80, 83, 120, 300} {
		text := shown(t, columns, func(terminal *os.File) {
			p := newStageProgress(&output{file: terminal}, false, plan.Trial{})
			p.stage = run.Stage{Iterations: 100000}
			for i := range 50 {
				p.updated = time.Time{} // long ago
				if i == 1 {
					p.began = p.began.Add(-3 * time.Hour) // makes the time left a long text
				}
				if err := p.Observe(run.Row{Iteration: 1000 * i, Total: 1.23456e-106, Last: i == 49}); err != nil {
					t.Fatal(err)
				}
			}
		})
		if strings.Count(text, "loss") < 50 && columns > 30 {
			t.Errorf("%d columns: not redrawn: %q", columns, text)
		}
		all := rows(t, text, columns)
		if len(all) != 2 || all[1] != "" { // the bar, and the cursor below it
			t.Errorf("%d columns: %d rows:\n%s", columns, len(all), strings.Join(all, "\n"))
		}
	}
}

// The width is read anew for every line.
func TestBarFollowsTheWidth(t *testing.T) {
	text := shown(t, 200, func(terminal *os.File) {
		line := newStatusLine(&output{file: terminal})
		for _, columns := range []int{200, 30, 100} {
			resize(t, terminal, columns)
			line.draw(strings.Repeat("实", 200))
		}
	})
	drawn := strings.Split(text, "\r\x1b[K")[1:]
	if len(drawn) != 3 {
		t.Fatalf("%q", text)
	}
	for i, want := range []int{199, 29, 99} {
		if got := uniseg.StringWidth(drawn[i]); got > want || got < want-1 {
			t.Errorf("drawn in %d columns of %d", got, want+1)
		}
	}
}

// A terminal without control sequences gets lines.
func TestDumbTerminal(t *testing.T) {
	t.Setenv("TERM", "dumb")
	text := shown(t, 80, func(terminal *os.File) {
		p := newStageProgress(&output{file: terminal}, false, plan.Trial{})
		p.stage = run.Stage{Iterations: 10}
		for i := range 11 {
			p.updated = time.Time{}
			if err := p.Observe(run.Row{Iteration: i, Total: 1, Last: i == 10}); err != nil {
				t.Fatal(err)
			}
		}
	})
	lines := strings.ReplaceAll(text, "\r\n", "\n") // the terminal's own carriage returns
	if strings.ContainsAny(lines, "\r\x1b[") || strings.Count(lines, "\n") != 11 {
		t.Errorf("%q", text)
	}
}

// On a terminal no progress line is longer than a row, and file names send no
// commands.
func TestProgressFitsTheTerminal(t *testing.T) {
	for _, columns := range []int{20, 80} {
		for name, more := range map[string][]string{
			"run":   {"stages.0.iterations=60"},
			"sweep": {"stages.0.iterations=2", "losses.tv.weight=1,2,3", "losses.content.weight=1,1000"},
		} {
			dir := t.TempDir()
			place(t, dir)
			odd := "照片\x1b]0;title\a照片.png"
			if err := os.Rename(filepath.Join(dir, "photo.png"), filepath.Join(dir, odd)); err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			text := shown(t, columns, func(terminal *os.File) {
				cmd, _ := program(t, dir, append([]string{"-c", "crash.yaml", "stages.1=null", "evaluate.backbone={name: vgg19-lite}", "content.image=" + odd}, more...)...)
				cmd.Env = append(cmd.Env, "TERM=xterm")
				cmd.Stdout, cmd.Stderr = &said, terminal
				if err := cmd.Run(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			for _, line := range strings.Split(strings.ReplaceAll(text, "\r\x1b[K", "\n"), "\n") {
				if all := rows(t, strings.TrimSuffix(line, "\r"), columns); len(all) > 1 {
					t.Errorf("%s in %d columns: %q takes %d rows", name, columns, line, len(all))
				}
			}
			for _, row := range rows(t, text, columns) { // a wrapped line would start with none of these
				if row != "" && !strings.HasPrefix(row, "stage ") && !strings.HasPrefix(row, "the result ") && !strings.HasPrefix(row, "the picture ") && !strings.HasPrefix(row, "  ") && !strings.HasPrefix(row, "[") {
					t.Errorf("%s in %d columns: a row %q", name, columns, row)
				}
			}
			if strings.Contains(said.String(), "\x1b") {
				t.Errorf("stdout has a command: %q", said.String())
			}
		}
	}
}

// Long names are cut in a listing on a terminal, and nowhere else; columns are aligned
// with wide letters too.
func TestListingFitsTheTerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "n.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("实验", 40)
	for _, name := range []string{long, "short", "mid-length"} {
		r, err := s.Begin(t.Context(), store.NewRun{Experiment: name, Params: []store.Param{
			{Path: "content.image", Value: []byte(`"photos/a photograph.jpg"`)}, {Path: "style[0].image", Value: []byte(`"a painting.jpg"`)},
		}})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Finish(t.Context(), store.Killed, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	list := func(o *output) {
		a := &app{stdout: o, stderr: o, plugins: testPlugins()}
		if code := a.main(context.Background(), []string{"ls", "--db", path}); code != exitOK {
			t.Errorf("exit code %d", code)
		}
	}
	text := shown(t, 80, func(terminal *os.File) { list(&output{file: terminal}) })
	if all := rows(t, text, 80); len(all) != 5 || !strings.Contains(text, "…") {
		t.Errorf("%d rows:\n%s", len(all), text)
	}
	if strings.Contains(text, "IMAGES") {
		t.Errorf("there is no room for images in 80 columns:\n%s", text)
	}
	text = shown(t, 120, func(terminal *os.File) { list(&output{file: terminal}) })
	if all := rows(t, text, 120); len(all) != 5 || strings.Count(text, "a photograph × a painting") != 3 {
		t.Errorf("%d rows:\n%s", len(all), text)
	}
	var b bytes.Buffer
	list(&output{file: &b})
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if !strings.Contains(lines[3], long) {
		t.Errorf("cut where there is no terminal:\n%s", b.String())
	}
	before := map[int]bool{}
	for i, line := range lines {
		word := "killed"
		if i == 0 {
			word = "STATUS"
		}
		before[uniseg.StringWidth(line[:strings.Index(line, word)])] = true
	}
	if len(before) != 1 {
		t.Errorf("columns are not aligned:\n%s", b.String())
	}
}
