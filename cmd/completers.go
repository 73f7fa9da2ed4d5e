package cmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework/config"
	"runexp/framework/store"
)

// A completer proposes words; see cobra.CompletionFunc. On an error it proposes none,
// since a shell has no place to print it.
type completer = cobra.CompletionFunc

// words proposes a fixed list of words.
func words(list ...string) completer {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// noCompletion proposes nothing, not even files.
func noCompletion(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// firstArg proposes what of does for the first argument, and nothing for others.
func firstArg(of completer) completer {
	return func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return of(c, args, word)
	}
}

// completeFlag completes a flag's values by of.
func completeFlag(c *cobra.Command, flag string, of completer) {
	if err := c.RegisterFlagCompletionFunc(flag, of); err != nil {
		panic(err) // the flag is not there
	}
}

// completeConfig makes -c take YAML files.
func completeConfig(c *cobra.Command) {
	completeFlag(c, "config", cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt))
}

// completeOut makes --out take folders.
func completeOut(c *cobra.Command) {
	completeFlag(c, "out", cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs))
}

// overrides proposes the settings of the config that file points to, in the form of an
// override: losses.style.weight=. They include the options of plugins chosen by earlier
// overrides. After the equals sign it proposes values.
func (a *app) overrides(file *string) completer {
	return func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
		if path, value, isValue := strings.Cut(word, "="); isValue {
			return a.valuesOf(path, value)
		}
		var list []string
		for _, p := range a.settings(*file, args) {
			path := strings.NewReplacer("[", ".", "]", "").Replace(p.Path) + "="
			given := slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, path) })
			value := fmt.Sprint(p.Value)
			if strings.HasSuffix(path, ".image=") {
				value = "a picture's file"
			}
			if strings.HasPrefix(path, word) && !given {
				list = append(list, cobra.CompletionWithDesc(path, value))
			}
		}
		if len(list) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// valuesOf proposes the names that the setting at path accepts, such as plugins, for
// the last of the comma-separated values typed so far. For a setting without a fixed
// set of names the shell proposes files.
func (a *app) valuesOf(path, typed string) ([]string, cobra.ShellCompDirective) {
	choices := a.loader().Choices(path)
	if choices == nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	given := typed[:strings.LastIndex(typed, ",")+1]
	var list []string
	for _, name := range choices {
		if word := given + name; strings.HasPrefix(word, typed) && !slices.Contains(strings.Split(given, ","), name) {
			list = append(list, path+"="+word)
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp
}

// settings returns the settings of a config with the overrides typed so far. Images may
// be missing, as in configs/d2l.yaml.
func (a *app) settings(file string, overrides []string) []config.Param {
	if file == "" {
		return nil
	}
	present := strconv.Quote(file) // stands in for an image, of which Load checks only the presence
	for _, also := range [][]string{nil, {"content.image=" + present}, {"content.image=" + present, "style.*.image=" + present}} {
		resolved, err := a.loader().Load(file, slices.Concat(overrides, also))
		if err != nil {
			continue
		}
		if params, err := resolved.Params(); err == nil {
			return params
		}
	}
	return nil
}

// runs proposes the runs of the store that are not named yet, newest first.
func (a *app) runs(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		runs, err := s.Runs(c.Context(), store.Filter{Damaged: true})
		if len(runs) > 0 && strings.HasPrefix("last", word) && !slices.Contains(args, "last") {
			list = append(list, cobra.CompletionWithDesc("last", "the run that was started last"))
		}
		for _, run := range runs {
			number := fmt.Sprint(run.Number)
			if strings.HasPrefix(number, word) && !slices.Contains(args, number) {
				list = append(list, cobra.CompletionWithDesc(number,
					fmt.Sprintf("%s, %s, %s", run.Experiment, run.Status, run.Started.Local().Format(time.DateTime))))
			}
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// experimentNames proposes the experiments that the store has runs or sweeps of.
func (a *app) experimentNames(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) (err error) {
		list, err = knownExperiments(c, s)
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}

// sweptExperiments proposes the experiments that the store has sweeps of.
func (a *app) sweptExperiments(c *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		sweeps, err := s.Sweeps(c.Context(), "")
		for _, w := range sweeps {
			if !slices.Contains(list, w.Experiment) {
				list = append(list, w.Experiment)
			}
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}

// sweepsOf proposes the sweeps of the experiment named before, newest first.
func (a *app) sweepsOf(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		if len(args) == 0 {
			return nil
		}
		sweeps, err := s.Sweeps(c.Context(), args[0])
		for _, w := range sweeps {
			list = append(list, cobra.CompletionWithDesc(fmt.Sprint(w.Number), "planned "+w.Created.Local().Format(time.DateTime)))
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// metricsOfRuns proposes the metrics of the runs named before.
func (a *app) metricsOfRuns(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		runs, err := a.findRuns(c, s, args)
		if err != nil {
			return err
		}
		list, err = metricNames(c, s, runs)
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}

// picturesOfRun proposes the pictures of the run named before.
func (a *app) picturesOfRun(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		runs, err := a.findRuns(c, s, args)
		if err != nil || len(runs) == 0 {
			return err
		}
		kept, err := s.Artifacts(c.Context(), runs[0].Number)
		for _, picture := range kept {
			list = append(list, picture.Name)
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp
}

// withStore calls do with the store, if it can be opened. Nothing is written, not even
// the log that a killed process left: completion must have no side effects.
func (a *app) withStore(c *cobra.Command, do func(*store.Store) error) {
	if a.checkStore() != nil {
		return
	}
	s, err := store.Peek(c.Context(), a.db)
	if err != nil {
		return
	}
	defer s.Close()
	_ = do(s) // proposals found before an error still count
}

// runsAndExperiments proposes runs, and the experiments that the store has runs of.
func (a *app) runsAndExperiments(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	runs, how := a.runs(c, args, word)
	names, _ := a.experimentNames(c, args, word)
	return append(runs, names...), how
}

// deletedRuns proposes the runs that were deleted.
func (a *app) deletedRuns(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	var list []string
	a.withStore(c, func(s *store.Store) error {
		runs, err := s.Runs(c.Context(), store.Filter{Deleted: true, Damaged: true})
		for _, run := range runs {
			if number := fmt.Sprint(run.Number); strings.HasPrefix(number, word) && !slices.Contains(args, number) {
				list = append(list, cobra.CompletionWithDesc(number, fmt.Sprintf("%s, %s", run.Experiment, run.Status)))
			}
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}

// tags proposes the tags that runs have, for the last of the comma-separated ones typed so far.
func (a *app) tags(c *cobra.Command, _ []string, word string) ([]string, cobra.ShellCompDirective) {
	given := word[:strings.LastIndex(word, ",")+1]
	var list []string
	a.withStore(c, func(s *store.Store) error {
		tags, err := s.Tags(c.Context())
		for _, t := range tags {
			if strings.HasPrefix(given+t.Tag, word) && !slices.Contains(strings.Split(given, ","), t.Tag) {
				list = append(list, cobra.CompletionWithDesc(given+t.Tag, fmt.Sprintf("%d runs", t.Runs)))
			}
		}
		return err
	})
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
