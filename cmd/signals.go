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

// signalError is the cause of a context that a signal cancelled.
type signalError struct{ os.Signal }

func (c *signalError) Error() string { return "stopped by signal: " + c.String() }

// code is the exit code after a clean stop.
func (c *signalError) code() int {
	if s, ok := c.Signal.(syscall.Signal); ok {
		return exitSignal + int(s)
	}
	return exitInternal
}

// grace is how long a verb that saves nothing has to notice that its context is
// done: enough to remove what it was writing, and still at once for whoever waits.
const grace = 500 * time.Millisecond

// shutdown ends the program on SIGINT, SIGTERM and SIGHUP. The context is done at
// the first one. A run that is under way then saves its picture and its losses, and
// takes the time that this needs; all else ends within the grace time. A second
// signal ends the process as usual.
type shutdown struct {
	mu     sync.Mutex
	any    bool          // something was saved, or is
	saving int           // runs and sweeps under way
	saved  chan struct{} // closed when the last of them ended; nil where none is
}

// begin says that what follows saves what it has when the context is done, until
// the function that it returns is called.
func (s *shutdown) hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.any = true
	if s.saving++; s.saving == 1 {
		s.saved = make(chan struct{})
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.saving--; s.saving == 0 {
			close(s.saved)
			s.saved = nil
		}
	}
}

// begun reports whether anything began to save. Until then, whatever goes wrong after
// a signal is that something was interrupted, however it says so.
func (s *shutdown) everHeld() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.any
}

// wait returns once nothing is being saved.
func (s *shutdown) wait() {
	for {
		s.mu.Lock()
		saved := s.saved
		s.mu.Unlock()
		if saved == nil {
			return
		}
		<-saved
	}
}

// watch returns a context that a signal cancels. It lives as long as the process.
// A SIGHUP that was ignored when the program began, as by nohup, stays ignored; so
// is SIGPIPE from now on: a run goes on when nobody reads what it prints.
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
		time.Sleep(grace) // to end by itself, with what it has to say
		fmt.Fprintln(stderr, "runexp:", why)
		os.Exit(why.code())
	}()
	return ctx
}
