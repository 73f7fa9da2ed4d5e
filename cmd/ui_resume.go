package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"runexp/framework/store"
	"runexp/internal/printable"
)

// resumeWait is how long a resumed run has to begin: to read its weights and images.
const resumeWait = 60 * time.Second

// A resumer starts runs again: this program, with the run's config, in a process of its own that resumes from the
// checkpoint, like the same command in a terminal. The processes outlive the request and are interrupted when ctx ends.
type resumer struct {
	*app
	ctx     context.Context
	out     string
	running sync.WaitGroup

	mu      sync.Mutex
	started map[int64]*exec.Cmd // by the run that goes on in it, until it ends
}

// resume returns the number of the run that goes on when it has begun, or the reason why it has not.
func (a *resumer) resume(request context.Context, run store.RunDetail) (int64, error) {
	if next, err := a.newest(request, run); err == nil && next > run.Number {
		return 0, fmt.Errorf("run %d has gone on from it already", next)
	}
	program, err := os.Executable()
	if err != nil {
		return 0, err
	}
	c := exec.CommandContext(a.ctx, program, "-c", "-", "--db", a.db, "--out", a.out, "--quiet")
	c.Args[0] = os.Args[0]
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it saves its picture
	c.WaitDelay = 30 * time.Second
	var problem bytes.Buffer
	c.Stdin, c.Stderr = strings.NewReader(run.ConfigResolved), &problem
	if err := c.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	a.running.Go(func() {
		err := c.Wait()
		a.forget(c)
		ended <- err
	})
	for began := time.Now(); time.Since(began) < resumeWait; {
		select {
		case <-request.Done():
			return 0, request.Err()
		case err := <-ended:
			if err != nil {
				return 0, errors.New(printable.Text(strings.TrimSpace(problem.String())))
			}
			if number, err := a.newest(request, run); err != nil || number > run.Number {
				return number, err
			}
			return 0, errors.New("its trial was done already; the list of runs has it")
		case <-time.After(200 * time.Millisecond):
		}
		if number, err := a.newest(request, run); err != nil || number > run.Number {
			a.remember(number, c)
			return number, err
		}
	}
	return 0, fmt.Errorf("it has not begun after %v; the list of runs shows it when it has", resumeWait)
}

func (a *resumer) remember(run int64, c *exec.Cmd) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.started == nil {
		a.started = map[int64]*exec.Cmd{}
	}
	a.started[run] = c
}

func (a *resumer) forget(c *exec.Cmd) {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.started, func(_ int64, of *exec.Cmd) bool { return of == c })
}

// canStop reports whether a run goes on in a process that was started here.
func (a *resumer) canStop(run int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.started[run] != nil
}

// stop interrupts the process of a run, like Ctrl-C in a terminal; it reports whether there is one.
func (a *resumer) stop(run int64) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.started[run]
	return c != nil && c.Process.Signal(os.Interrupt) == nil
}

// newest returns the number of the newest run of the same trial.
func (a *resumer) newest(ctx context.Context, run store.RunDetail) (int64, error) {
	s, err := store.Peek(ctx, a.db)
	if err != nil {
		return 0, nil // the new process may be opening it
	}
	defer s.Close()
	runs, err := s.Runs(ctx, store.Filter{Experiment: run.Experiment, TrialHash: run.TrialHash, Limit: 1})
	if err != nil || len(runs) == 0 {
		return 0, err
	}
	return runs[0].Number, nil
}
