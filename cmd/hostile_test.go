package cmd

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"runexp/framework/store"
)

// A store may come from anyone. No text in it sends commands to the terminal, reverses
// the line, or starts a line that looks like the program's own.
func TestHostileStore(t *testing.T) {
	const hostile = "a\x1b[31m\x1b]0;title\a\r\u009b2J\u202e\x7f|`<b>\nFORGED"
	dir := t.TempDir()
	path := filepath.Join(dir, "n.db")
	ctx := t.Context()
	s, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(dir, "p.png")
	if err := writePicture(picture, 24, 32); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2 {
		r, err := s.Begin(ctx, store.NewRun{
			Experiment: hostile, TrialHash: hostile + fmt.Sprint(i), Overrides: []string{hostile},
			ConfigWritten: hostile, ConfigResolved: hostile,
			Params: []store.Param{{Path: hostile, Value: []byte(fmt.Sprintf(`"\u001b[31m%d"`, i))}},
			Env:    []store.Fact{{Name: hostile, Value: hostile + fmt.Sprint(i)}},
		})
		must(err)
		must(r.Log(ctx, 0, []store.Value{{Name: fmt.Sprint(hostile, i), Value: 1}, {Name: "loss/total", Value: 2}})) // the other has no such metric
		must(r.Event(ctx, hostile, 0, hostile))
		must(r.Artifact(ctx, store.Artifact{Kind: hostile, Name: hostile, Data: []byte(hostile)}))
		must(r.Finish(ctx, store.Failed, hostile))
	}
	must(s.Close())
	for _, line := range []string{
		"ls", "ls --json", "ls --sweeps", "show 1", "show 1 --json", "show 1 --picture nosuch", "plot 1 --metric nosuch", "plot 1 2 --metric *",
		"strip 1", "compare 1 2", "compare 1 2 --json", "report nosuch",
		"ls --columns experiment,message", "ls --columns experiment,message --json", "tag", "tag 1 2", "db check", "query select*from[run_list]", "query select*from[run_list] --json", "query select*from[nosuch]", "rm 1", "restore 1", "db prune --dry-run",
		"__complete show ", "__complete ls ", "__complete plot 1 --metric ", "__complete show 1 --picture ",
	} {
		var b bytes.Buffer
		o := &output{file: &b}
		a := &app{stdout: o, stderr: o, plugins: testPlugins()}
		args := strings.Split(line, " ")
		at := map[bool]int{true: 1, false: len(args)}[args[0] == "__complete"] // the word to complete is last
		args = append(args[:at:at], append([]string{"--db", path}, args[at:]...)...)
		if strings.HasPrefix(line, "plot") || strings.HasPrefix(line, "strip") || strings.HasPrefix(line, "compare") {
			args = append(args, "--out", dir)
		}
		code := a.main(context.Background(), args)
		if code != exitOK && code != exitUsage {
			t.Errorf("%s: exit code %d", line, code)
		}
		for _, r := range b.String() {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u202e' {
				t.Errorf("%s prints %q:\n%s", line, r, &b)
				break
			}
		}
		if strings.Contains("\n"+b.String(), "\nFORGED") {
			t.Errorf("%s prints a line of the store as its own:\n%s", line, &b)
		}
	}
}
