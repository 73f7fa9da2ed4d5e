package cmd

import (
	"strings"
	"testing"
	"time"
)

// Short work prints nothing; on a terminal one line is redrawn, elsewhere a line is
// printed every lineEvery.
func TestWorkProgress(t *testing.T) {
	var b strings.Builder
	p := newWorkProgress(&b, false)
	p.update("planned %d of %d trials", 1, 9)
	p.done()
	if b.String() != "" {
		t.Errorf("printed at once: %q", b.String())
	}
	p.updated = time.Now().Add(-lineEvery)
	p.update("planned %d of %d trials", 2, 9)
	p.update("planned %d of %d trials", 3, 9)
	if got := b.String(); got != "  planned 2 of 9 trials\n" {
		t.Errorf("elsewhere: %q", got)
	}
	b.Reset()
	p = &workProgress{w: &b, line: &statusLine{live: true, w: &b}, updated: time.Now().Add(-firstUpdateAfter)}
	p.report("effects")
	p.updated = time.Now().Add(-barEvery)
	p.report("pictures")
	p.done()
	if got := b.String(); got != "\r\x1b[K  report: effects\r\x1b[K  report: pictures\n" {
		t.Errorf("on a terminal: %q", got)
	}
	b.Reset()
	p = &workProgress{w: &b, line: &statusLine{w: &b}, quiet: true}
	p.report("effects")
	if b.String() != "" {
		t.Errorf("--quiet: %q", b.String())
	}
}
