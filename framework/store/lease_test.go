//go:build unix

package store

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

func TestDead(t *testing.T) {
	now := time.Now()
	fresh, old := now.Add(-heartbeat), now.Add(-2*lease)
	here := host{boot: "boot 1", machine: "machine 1"}
	live, dead := os.Getpid(), deadProcess(t)
	for name, c := range map[string]struct {
		owner      owner
		dead, sure bool
	}{
		"alive":                             {owner{live, processStart(live), here, fresh}, false, false},
		"alive and long silent":             {owner{live, processStart(live), here, old}, false, false},
		"dead":                              {owner{dead, 1, here, fresh}, true, true},
		"id reused":                         {owner{live, processStart(live) + 1, here, fresh}, true, true},
		"before the reboot":                 {owner{live, 1, host{"boot 0", "machine 1"}, old}, true, true},
		"a clone of this machine":           {owner{dead, 1, host{"boot 2", "machine 1"}, fresh}, false, false},
		"another machine":                   {owner{dead, 1, host{"boot 2", "machine 2"}, fresh}, false, false},
		"another machine, long silent":      {owner{dead, 1, host{"boot 2", "machine 2"}, old}, true, false},
		"unknown host":                      {owner{dead, 1, host{}, fresh}, false, false},
		"unknown host, long silent":         {owner{dead, 1, host{}, old}, true, false},
		"alive, start time unknown":         {owner{live, 0, here, old}, false, false},
		"dead, start time unknown":          {owner{dead, 0, here, fresh}, true, true},
		"on a machine whose clock is ahead": {owner{dead, 1, host{"boot 2", "machine 2"}, now.Add(time.Hour)}, false, false},
	} {
		if runtime.GOOS != "linux" && c.owner.boot == here.boot {
			continue // the process table is not read there
		}
		if dead, sure := c.owner.dead(here, now), c.owner.certainlyDead(here, now); dead != c.dead || sure != c.sure {
			t.Errorf("%s: dead is %v, certainly %v; want %v, %v", name, dead, sure, c.dead, c.sure)
		}
	}
}

// deadProcess returns the id of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	cmd := exec.Command(must(os.Executable())(t), "-test.run=^$")
	check(t, cmd.Run())
	return cmd.Process.Pid
}

// A zombie process is dead.
func TestZombiesAreDead(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are only looked at on Linux")
	}
	cmd := child(t, "read", "nowhere")
	check(t, cmd.Start())
	started := processStart(cmd.Process.Pid)
	for deadline := time.Now().Add(10 * time.Second); alive(cmd.Process.Pid, started); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the process ended but is reported alive")
		}
	}
	_ = cmd.Wait() // it had nothing to read
}

func TestLiveRunResetsItsStatus(t *testing.T) {
	ctx, s := t.Context(), openTest(t)
	r := begin(t, s, NewRun{})
	// As if written long ago by another machine.
	must(s.writer.Exec(`UPDATE runs SET boot = 'elsewhere', machine = 'elsewhere', seen_at = '2026-01-01T00:00:00.000000Z'`))(t)
	if d := must(s.FindRun(ctx, "last"))(t); d.Status != Lost || d.Ended.Year() != 2026 || d.Message == "" {
		t.Errorf("its lease expired; got %+v", d.RunSummary)
	}
	if n := len(must(s.Runs(ctx, Filter{Status: Running}))(t)); n != 0 {
		t.Errorf("%d runs are running, want 0", n)
	}
	if n := len(must(s.Runs(ctx, Filter{Status: Lost}))(t)); n != 1 {
		t.Errorf("%d runs are lost, want 1", n)
	}
	check(t, s.markLost(ctx))
	var status string
	check(t, s.writer.QueryRow(`SELECT status FROM runs`).Scan(&status))
	if status != "running" {
		t.Errorf("an expired lease alone must not change the file; got %s", status)
	}
	must(s.writer.Exec(`UPDATE runs SET status = 'lost', message = 'its process went away', ended_at = seen_at`))(t)
	check(t, r.Flush(ctx))
	if d := must(s.FindRun(ctx, "last"))(t); d.Status != Running || d.Message != "" || !d.Ended.IsZero() {
		t.Errorf("got %+v", d.RunSummary)
	}
}

// Opening the store again does not affect a live run.
func TestOpenLeavesLiveRunsAlone(t *testing.T) {
	s := openTest(t)
	begin(t, s, NewRun{})
	must(s.writer.Exec(`UPDATE runs SET seen_at = '2026-01-01T00:00:00.000000Z'`))(t)
	s.recordFile() // it wrote that itself
	again := openAt(t, s.path)
	if runtime.GOOS == "linux" {
		if d := must(again.FindRun(t.Context(), "last"))(t); d.Status != Running {
			t.Errorf("a live run is %s", d.Status)
		}
	}
	// It had a heartbeat after the orphans were read.
	check(t, again.markOrphans(t.Context(), map[int64]owner{1: {lastSeen: time.Now().Add(-time.Hour)}}))
	if n := count(t, again, "events"); n != 0 {
		t.Errorf("%d events, want 0", n)
	}
}
