//go:build linux

package cmd

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
)

// A name that a store does not have: each verb names the store, the nearest
// match, and the verb that lists valid names. It writes nothing.
func TestUnknownNames(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	for _, weight := range []string{"1", "2"} {
		cmd, said := program(t, dir, "-c", "crash.yaml", "stages.1=null", "stages.0.iterations=2", "losses.tv.weight="+weight)
		must(t, exitOK, cmd, said)
	}
	uid := ""
	readAllOf(t, filepath.Join(dir, "runs", "runexp.db"), func(s *store.Store) {
		run, err := s.FindRun(t.Context(), "1")
		if err != nil {
			t.Fatal(err)
		}
		uid = run.UID.Short()
	})
	empty, err := store.Open(t.Context(), filepath.Join(dir, "empty.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	typo := uid[:6] + shifted(uid[6:])
	before := contents(t, dir)

	const form, listed = "give a number from 1 to 2, at least the first 4 digits of a uid, or last; ", "runexp ls lists the runs"
	type question struct{ name, run, experiment string }
	for _, q := range []question{
		{"nosuch", form + listed, `(known: crash); runexp ls lists all runs`},
		{"", form + listed, `unknown experiment ""`},
		{"99999999999999999999", form + listed, `unknown experiment "99999999999999999999"`},
		{"7", form + listed, `unknown experiment "7"`},
		{"lats", `did you mean "last"? ` + listed, `unknown experiment "lats"`},
		{typo, `did you mean "` + uid + `"? ` + listed, `unknown experiment "` + typo + `"`},
		{"crush", `did you mean the experiment "crash", whose newest run is 2? ` + listed, `unknown experiment "crush"; did you mean "crash"? `},
		{"crash", "that is an experiment, whose newest run is 2; " + listed, `has no sweep of the experiment "crash", only single runs; `},
	} {
		for _, verb := range []string{"show", "plot", "strip", "compare 1", "report", "ls"} {
			want := q.run
			switch {
			case verb == "ls" && q.name == "crash":
				continue
			case verb == "ls" && q.name == "":
				want = "omit it to list all"
			case verb == "report" || verb == "ls":
				want = q.experiment
			}
			cmd, output := program(t, dir, append(strings.Fields(verb), q.name)...)
			said := must(t, exitUsage, cmd, output)
			if !strings.Contains(said, want) || want != "omit it to list all" && !strings.Contains(said, "runs/runexp.db") {
				t.Errorf("%s %q: want %q:\n%s", verb, q.name, want, said)
			}
		}
	}
	for _, test := range []struct{ line, want string }{
		{"show last --db empty.db", "empty.db has no runs yet; runexp -c FILE --db empty.db makes one"},
		{"plot last --db empty.db", "empty.db has no runs yet; "},
		{"strip last --db empty.db", "empty.db has no runs yet; "},
		{"compare last 1 --db empty.db", "empty.db has no runs yet; "},
		{"report crash --db empty.db", "empty.db has no experiments yet; runexp -c FILE --db empty.db runs one"},
		{"show last --db nosuch.db", "nosuch.db; run an experiment first, or choose another with --db"},
		{"plot last --db nosuch.db", "nosuch.db; run an experiment first"},
		{"strip last --db nosuch.db", "nosuch.db; run an experiment first"},
		{"compare last 1 --db nosuch.db", "nosuch.db; run an experiment first"},
		{"report crash --db nosuch.db", "nosuch.db; run an experiment first"},
		{"show 7 --db ./runs/runexp.db", "; runexp ls --db ./runs/runexp.db lists the runs"},
		{"show 1 --picture pictur.png", `runs/runexp.db: run 1: unknown picture "pictur.png"; did you mean "picture.png"?`},
		{"config show -c crahs.yaml", "crahs.yaml: no such file or directory; did you mean crash.yaml?"},
		{"config show crash.yaml", "name the experiment's file with -c, as in -c crash.yaml"},
		{"config shwo", `unknown verb "shwo"; did you mean "show"?`},
	} {
		cmd, output := program(t, dir, strings.Fields(test.line)...)
		if said := must(t, exitUsage, cmd, output); strings.Count(said, test.want) != 1 {
			t.Errorf("%s: want %q once:\n%s", test.line, test.want, said)
		}
	}
	if after := contents(t, dir); !maps.Equal(after, before) {
		t.Errorf("it wrote something: %q", slices.Sorted(maps.Keys(after)))
	}
}

// For a sweep that an experiment does not have, the message lists those that it has.
func TestUnknownSweep(t *testing.T) {
	dir := t.TempDir()
	place(t, dir)
	cmd, said := program(t, dir, "-c", "crash.yaml", "stages.1=null", "stages.0.iterations=2", "losses.tv.weight=1,2", "evaluate.backbone={name: vgg19-lite}")
	must(t, exitOK, cmd, said)
	before := contents(t, dir)
	for _, number := range []string{"7", "-1"} {
		cmd, output := program(t, dir, "report", "crash", "--sweep", number)
		want := "runs/runexp.db has no sweep " + number + ` of the experiment "crash" (it has: 1); runexp ls --sweeps lists them`
		if said := must(t, exitUsage, cmd, output); !strings.Contains(said, want) {
			t.Errorf("--sweep %s: want %q:\n%s", number, want, said)
		}
	}
	if after := contents(t, dir); !maps.Equal(after, before) {
		t.Errorf("it wrote something: %q", slices.Sorted(maps.Keys(after)))
	}
}

// readAllOf calls do with a store.
func readAllOf(t *testing.T, path string, do func(*store.Store)) {
	t.Helper()
	s, err := store.OpenReadOnly(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	do(s)
}

// shifted returns other hexadecimal digits.
func shifted(digits string) string {
	return strings.Map(func(r rune) rune {
		if r == 'e' {
			return 'f'
		}
		return 'e'
	}, digits)
}
