package cmd

import (
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"runexp"
	"runexp/framework"
)

func testPlugins() framework.Plugins { return runexp.Builtin() }

func testRoot() *cobra.Command {
	a := &app{stdout: io.Discard, stderr: io.Discard, plugins: testPlugins()}
	return a.root()
}

// verbs calls see with c and every command below it.
func verbs(c *cobra.Command, see func(*cobra.Command)) {
	see(c)
	for _, verb := range c.Commands() {
		verbs(verb, see)
	}
}

// commandWord is an argument of a command line, whose parts may stand in quotes.
var commandWord = regexp.MustCompile(`(?:[^\s"']|"[^"]*"|'[^']*')+`)

// find returns the command that a line names, and its arguments.
func find(line string) (*cobra.Command, []string, error) {
	words := commandWord.FindAllString(line, -1)
	for i, word := range words {
		words[i] = strings.NewReplacer(`"`, "", "'", "").Replace(word)
	}
	return testRoot().Find(words[1:])
}

// TestHelp checks that the help of every verb says what it does, reads and writes, its
// exit codes and related verbs, and has valid examples.
func TestHelp(t *testing.T) {
	seen := 0
	verbs(testRoot(), func(c *cobra.Command) {
		seen++
		name := c.CommandPath()
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: Short is %q", name, c.Short)
		}
		if !regexp.MustCompile(`\n\nExit codes: [^\n]*\b0 [^.]*; 2 `).MatchString(c.Long) {
			t.Errorf("%s --help does not say its exit codes", name)
		}
		reads := regexp.MustCompile(`\b[Rr]ead`).MatchString(c.Long)
		writes := regexp.MustCompile(`\b([Ww]rit|[Nn]othing)`).MatchString(c.Long)
		if !reads || !writes {
			t.Errorf("%s --help does not say what is read (%v) and written (%v)", name, reads, writes)
		}
		for line := range strings.Lines(c.Long + "\n" + c.Example) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 100 {
				t.Errorf("%s --help has a line of %d characters: %s", name, n, line)
			}
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s says nothing", name, f.Name)
			}
		})
		checkSeeAlso(t, c)
		checkExamples(t, c)
	})
	if seen < 20 {
		t.Errorf("only %d verbs", seen)
	}
}

// checkSeeAlso checks that the related verbs exist.
func checkSeeAlso(t *testing.T, c *cobra.Command) {
	t.Helper()
	_, also, there := strings.Cut(c.Long, "See also: ")
	if !there {
		t.Errorf("%s --help has no See also", c.CommandPath())
		return
	}
	for _, other := range strings.Split(also, ",") {
		other = strings.Join(strings.Fields(other), " ")
		found, rest, err := find(other)
		if err != nil || len(rest) > 0 && rest[0] != "--help" || found.CommandPath() == c.CommandPath() {
			t.Errorf("%s: see also %q: %v", c.CommandPath(), other, err)
		}
	}
}

// checkExamples checks that the examples have valid flags and arguments, and that one
// is of this verb or of one below it.
func checkExamples(t *testing.T, c *cobra.Command) {
	t.Helper()
	own := 0
	for line := range strings.Lines(c.Example) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), "    #")
		line, _, _ = strings.Cut(line, " | ")
		line, _, _ = strings.Cut(line, " > ")
		line = strings.TrimSuffix(strings.TrimPrefix(line, "source <("), ")")
		if !strings.HasPrefix(line, "runexp ") {
			t.Errorf("%s: the example %q is not of runexp", c.CommandPath(), line)
			continue
		}
		found, rest, err := find(line)
		if err == nil {
			err = found.ParseFlags(rest)
		}
		if err == nil {
			err = found.ValidateArgs(found.Flags().Args())
		}
		if err != nil {
			t.Errorf("%s: the example %q: %v", c.CommandPath(), line, err)
		}
		if found.CommandPath() == c.CommandPath() || found.HasParent() && found.Parent().CommandPath() == c.CommandPath() {
			own++
		}
	}
	if own == 0 {
		t.Errorf("%s has no example of its own", c.CommandPath())
	}
}
