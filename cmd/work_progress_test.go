package cmd

import (
	"strings"
	"testing"
	"time"
)

// Work that is over at once is not told of; on a terminal one line is drawn again,
// elsewhere a line comes now and then.
func TestWorkProgress(t *testing.T) {
	var b strings.Builder
	p := newWorkProgress(&b, false)
	p.tell("planned %d of %d trials", 1, 9)
	p.done()
	if b.String() != "" {
		t.Errorf("said at once: %q", b.String())
	}
	p.told = time.Now().Add(-lineEvery)
	p.tell("planned %d of %d trials", 2, 9)
	p.tell("planned %d of %d trials", 3, 9)
	if got := b.String(); got != "  planned 2 of 9 trials\n" {
		t.Errorf("elsewhere: %q", got)
	}
	b.Reset()
	p = &workProgress{w: &b, line: &statusLine{shown: true, w: &b}, told: time.Now().Add(-silentWork)}
	p.report("effects")
	p.told = time.Now().Add(-barEvery)
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
