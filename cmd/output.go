package cmd

import (
	"errors"
	"io"
	"os"
	"sync"
	"syscall"

	"golang.org/x/term"

	"runexp/internal/printable"
)

// output is stdout or stderr for people. Non-printing characters are escaped, except
// line breaks and tabs, so that text of a store or a file cannot send commands to the
// terminal. Write never returns an error: the first one is kept for the end, so that it
// fails the command but does not stop a run.
type output struct {
	file io.Writer

	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	_, _ = o.write([]byte(printable.Lines(string(p))))
	return len(p), nil
}

// raw returns a writer that escapes nothing: for JSON, pictures, terminal commands.
func (o *output) raw() io.Writer { return writerFunc(o.write) }

func (o *output) write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		_, o.err = o.file.Write(p)
	}
	return len(p), nil
}

// writerFunc makes a function an io.Writer.
type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// broken reports whether a write has failed, so that nothing more is worth writing to w.
func broken(w io.Writer) bool {
	o, is := w.(*output)
	if !is {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err != nil
}

// failed returns the first write error. A pipe closed early, as by head, is none.
func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return o.err
}

// terminal returns the terminal that w writes to, if it is one.
func terminal(w io.Writer) (*os.File, bool) {
	if o, is := w.(*output); is {
		w = o.file
	}
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return nil, false
	}
	return f, true
}

// rawWriter returns a writer to w's file that escapes nothing.
func rawWriter(w io.Writer) io.Writer {
	if o, is := w.(*output); is {
		return o.raw()
	}
	return w
}

// rawUnlessTerminal returns a writer for text that a program may read again: it is
// escaped only on a terminal.
func rawUnlessTerminal(w io.Writer) io.Writer {
	if _, shown := terminal(w); shown {
		return w
	}
	return rawWriter(w)
}
