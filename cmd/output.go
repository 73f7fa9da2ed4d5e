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

// output is stdout or stderr as people read it. What does not print is escaped, but
// for line breaks and tabs: text of a store or a file sends the terminal no
// commands. A write never fails; the first error is kept for the end, so that no
// listing that did not reach a full disk counts as printed, and no run ends for it.
type output struct {
	file io.Writer

	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	_, _ = o.write([]byte(printable.Lines(string(p))))
	return len(p), nil
}

// raw writes bytes as they are: JSON, pictures, the commands that redraw a line.
func (o *output) raw() io.Writer { return writerFunc(o.write) }

func (o *output) write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		_, o.err = o.file.Write(p)
	}
	return len(p), nil
}

// writerFunc is a function that writes.
type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

// failed returns the first error of writing. Whoever closes a pipe early, as head
// does, has what they want.
func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.err, syscall.EPIPE) {
		return nil
	}
	return o.err
}

// terminal returns the terminal that w writes to, if it is one that redraws lines
// and says how wide it is.
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

// rawWriter is where w's bytes go unchanged.
func rawWriter(w io.Writer) io.Writer {
	if o, is := w.(*output); is {
		return o.raw()
	}
	return w
}

// rawUnlessTerminal is where a text goes that a program may read again: as it is, but for a
// terminal.
func rawUnlessTerminal(w io.Writer) io.Writer {
	if _, shown := terminal(w); shown {
		return w
	}
	return rawWriter(w)
}
