package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
}

// resume returns when the run has begun, or with the reason why it has not.
func (a *resumer) resume(request context.Context, run store.RunDetail) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(a.ctx, program, "-c", "-", "--db", a.db, "--out", a.out, "--quiet")
	c.Args[0] = os.Args[0]
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it saves its picture
	c.WaitDelay = 30 * time.Second
	var problem bytes.Buffer
	c.Stdin, c.Stderr = strings.NewReader(run.ConfigResolved), &problem
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	a.running.Go(func() { ended <- c.Wait() })
	for began := time.Now(); time.Since(began) < resumeWait; {
		select {
		case <-request.Done():
			return request.Err()
		case err := <-ended:
			if err != nil {
				return errors.New(printable.Text(strings.TrimSpace(problem.String())))
			}
			return nil
		case <-time.After(200 * time.Millisecond):
		}
		if begun, err := a.hasBegun(request, run); err != nil || begun {
			return err
		}
	}
	return fmt.Errorf("it has not begun after %v; the list of runs shows it when it has", resumeWait)
}

// hasBegun reports whether a newer run of the same trial is in the store.
func (a *resumer) hasBegun(ctx context.Context, run store.RunDetail) (bool, error) {
	s, err := store.Peek(ctx, a.db)
	if err != nil {
		return false, nil // the new process may be opening it
	}
	defer s.Close()
	runs, err := s.Runs(ctx, store.Filter{Experiment: run.Experiment, TrialHash: run.TrialHash, Limit: 1})
	return err == nil && len(runs) > 0 && runs[0].Number > run.Number, err
}
