package cmd

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// signalError is the cause of a context that was cancelled by a signal.
type signalError struct{ os.Signal }

func (c *signalError) Error() string { return "stopped by signal: " + c.String() }

// code returns the exit code after a clean stop.
func (c *signalError) code() int {
	if s, ok := c.Signal.(syscall.Signal); ok {
		return exitSignal + int(s)
	}
	return exitInternal
}

// grace is how long a verb that saves nothing may take to end after a signal: enough to
// remove what it was writing, short enough to feel immediate.
const grace = 500 * time.Millisecond

// shutdown ends the program on SIGINT, SIGTERM and SIGHUP. The first one cancels the
// context. A run under way then takes the time that it needs to save its picture and
// losses; everything else ends within the grace time. A second signal has its default
// effect.
type shutdown struct {
	mu    sync.Mutex
	ever  bool          // hold was called
	holds int           // runs and sweeps under way
	done  chan struct{} // closed when the last of them ended; nil if there are none
}

// hold delays the exit after a signal until release is called, for work that saves its
// results when the context is done.
func (s *shutdown) hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ever = true
	if s.holds++; s.holds == 1 {
		s.done = make(chan struct{})
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.holds--; s.holds == 0 {
			close(s.done)
			s.done = nil
		}
	}
}

// everHeld reports whether hold was ever called. Until then any error after a signal
// is due to the interruption.
func (s *shutdown) everHeld() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ever
}

// wait returns once there is no hold.
func (s *shutdown) wait() {
	for {
		s.mu.Lock()
		done := s.done
		s.mu.Unlock()
		if done == nil {
			return
		}
		<-done
	}
}

// watch returns a context that a signal cancels, for the life of the process. A SIGHUP
// that was ignored at the start, as by nohup, stays ignored. SIGPIPE is ignored from now
// on: a run continues when nobody reads its output.
func (s *shutdown) watch(stderr io.Writer) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	stop := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		stop = append(stop, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	signal.Notify(signals, stop...)
	go func() {
		why := &signalError{<-signals}
		signal.Reset(stop...)
		cancel(why)
		time.Sleep(grace)
		s.wait()
		time.Sleep(grace) // for the program to end by itself, with its own message
		fmt.Fprintln(stderr, "runexp:", why)
		os.Exit(why.code())
	}()
	return ctx
}
