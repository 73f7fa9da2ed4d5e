//go:build unix

package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary runs itself as a second process: RUNEXP_STORE_CHILD names one of
// these functions, which receive the command line's arguments.
func TestMain(m *testing.M) {
	children := map[string]func(args []string) error{"write": childWrite, "log": childLog, "read": childRead}
	if child, ok := children[os.Getenv("RUNEXP_STORE_CHILD")]; ok {
		if err := child(os.Args[1:]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), must(os.Executable())(t), args...)
	cmd.Env = append(os.Environ(), "RUNEXP_STORE_CHILD="+name)
	return cmd
}

// childWrite makes runs of many small transactions: PATH JOURNAL RUNS FLUSHES.
func childWrite(args []string) error {
	runs, _ := strconv.Atoi(args[2])
	flushes, _ := strconv.Atoi(args[3])
	ctx := context.Background()
	s, err := open(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	for range runs {
		r, err := s.Begin(ctx, NewRun{Experiment: "together", TrialHash: "h"})
		if err != nil {
			return err
		}
		for step := range flushes {
			if err := r.Log(ctx, step, []Value{{"loss/total", float64(step)}, {"loss/style", float64(step)}}); err != nil {
				return err
			}
			if err := r.Flush(ctx); err != nil {
				return err
			}
		}
		if err := r.Finish(ctx, Finished, ""); err != nil {
			return err
		}
	}
	return s.Close()
}

// Two processes that create and write one store at the same time, while a
// third reads it, all succeed; in both journal modes.
func TestConcurrentProcesses(t *testing.T) {
	for _, journal := range []string{wal, rollback} {
		t.Run(journal, func(t *testing.T) {
			const runs, flushes = 2, 75
			path := filepath.Join(t.TempDir(), "runexp.db")
			var done []chan string
			for range 2 {
				result := make(chan string)
				done = append(done, result)
				cmd := child(t, "write", path, journal, strconv.Itoa(runs), strconv.Itoa(flushes))
				go func() {
					out, err := cmd.CombinedOutput()
					result <- fmt.Sprint(string(out), err)
				}()
			}
			s := must(open(t.Context(), path, journal))(t)
			t.Cleanup(func() { check(t, s.Close()) })
			for _, result := range done {
				for finished := false; !finished; {
					select {
					case got := <-result:
						finished = true
						if got != "<nil>" {
							t.Error(got)
						}
					case <-time.After(5 * time.Millisecond):
						for _, r := range must(s.Runs(t.Context(), Filter{}))(t) {
							if r.Status == Lost {
								t.Errorf("run %d was marked lost", r.Number)
							}
						}
					}
				}
			}
			list := must(s.Runs(t.Context(), Filter{Status: Finished}))(t)
			attempts := map[int]bool{}
			for _, r := range list {
				attempts[r.Attempt] = true
				if m := must(s.Summary(t.Context(), r.Number))(t); len(m) != 2 || m[0].Count != flushes || m[0].Last != flushes-1 {
					t.Errorf("run %d: got %+v", r.Number, m)
				}
			}
			if len(list) != 2*runs || len(attempts) != 2*runs {
				t.Errorf("%d runs finished, with attempts %v; want %d, each its own attempt", len(list), attempts, 2*runs)
			}
			wantIntegrity(t, s)
		})
	}
}

// childLog logs values for ever, and prints each step once it is flushed: PATH JOURNAL.
func childLog(args []string) error {
	ctx := context.Background()
	s, err := open(ctx, args[0], args[1])
	if err != nil {
		return err
	}
	r, err := s.Begin(ctx, NewRun{Experiment: "killed"})
	if err != nil {
		return err
	}
	fmt.Println("run", r.Number())
	for step := 0; ; step++ {
		if err := r.Log(ctx, step, []Value{{"loss/total", float64(step)}}); err != nil {
			return err
		}
		if step%7 == 0 {
			if err := r.Flush(ctx); err != nil {
				return err
			}
			fmt.Println(step)
		}
		if step%50 == 3 {
			if err := r.Artifact(ctx, Artifact{Kind: "picture", Step: step, Data: make([]byte, 20000+step)}); err != nil {
				return err
			}
		}
	}
}

// A process killed at any time loses only what it had not flushed, and its run is
// read and marked as lost.
func TestKill(t *testing.T) {
	for _, journal := range []string{wal, rollback} {
		t.Run(journal, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "runexp.db")
			flushed := map[int64]int{}
			for range 4 {
				cmd := child(t, "log", path, journal)
				out := must(cmd.StdoutPipe())(t)
				check(t, cmd.Start())
				lines := bufio.NewReader(out)
				first := must(lines.ReadString('\n'))(t)
				run, err := strconv.ParseInt(strings.TrimSpace(strings.TrimPrefix(first, "run ")), 10, 64)
				if err != nil {
					t.Fatal(first)
				}
				time.AfterFunc(time.Duration(20+rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Kill() })
				flushed[run] = -1
				rest, _ := io.ReadAll(lines)
				for _, line := range strings.SplitAfter(string(rest), "\n") {
					if strings.HasSuffix(line, "\n") {
						flushed[run] = must(strconv.Atoi(strings.TrimSpace(line)))(t)
					}
				}
				_ = cmd.Wait() // it was killed
			}

			if journal == wal { // a rollback journal can only be read once a writer has undone it
				ro := must(OpenReadOnly(t.Context(), path))(t)
				if n := len(must(ro.Runs(t.Context(), Filter{Status: Lost}))(t)); n == 0 {
					t.Error("a reader must see that the last run is lost")
				}
				check(t, ro.Close())
			}
			s := must(open(t.Context(), path, journal))(t)
			t.Cleanup(func() { check(t, s.Close()) })
			wantIntegrity(t, s)
			for run, last := range flushed {
				d := must(s.FindRun(t.Context(), strconv.FormatInt(run, 10)))(t)
				if d.Status != Lost || d.Message == "" || d.Ended.IsZero() {
					t.Errorf("run %d is %s %q", run, d.Status, d.Message)
				}
				if events := must(s.Events(t.Context(), run))(t); len(events) != 1 || events[0].Kind != "lost" {
					t.Errorf("run %d: got events %v", run, events)
				}
				if last < 0 {
					continue
				}
				points := must(s.Series(t.Context(), run, "loss/total"))(t)
				if len(points) <= last || points[len(points)-1].Step != len(points)-1 {
					t.Errorf("run %d: %d values, and %d were flushed", run, len(points), last+1)
				}
				if m := must(s.Summary(t.Context(), run))(t)[0]; m.Count != len(points) {
					t.Errorf("run %d: the summary counts %d of %d values", run, m.Count, len(points))
				}
			}
			t.Logf("last step flushed before the kill, by run: %v", flushed)
		})
	}
}
