package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/experiments/plan"
	"runexp/framework/compute"
	"runexp/framework/config"
	"runexp/framework/sizes"
	"runexp/internal/atomicfile"
)

// newFlags are the flags of `runexp new`.
type newFlags struct {
	*runFlags
	to       string
	preset   string
	backbone string
	size     int
	strength float64
	time     string
	force    bool
}

// newCommand is `runexp new PHOTO PAINTING…`.
func (a *app) newCommand() *cobra.Command {
	n := &newFlags{runFlags: &runFlags{app: a, dryRun: true}}
	c := &cobra.Command{
		Use:   "new PHOTO PAINTING …",
		Short: "Write a config of your own images",
		Long: `Write a config that paints a photo in the style of a painting, or of several mixed evenly, by the
recipe standard or another preset, with what is usually changed as comments. Prints how to run it,
and what time and memory that is predicted to take, from a few seconds of measuring.

Reads the images. Writes the config, PHOTO-PAINTING.yaml in the working directory unless -o names
another file; the paths in it are relative to its folder. An existing file is kept, unless --force
is given. Runs nothing: runexp -c FILE does.

Exit codes: 0 written; 1 internal error, or the disk is full or fails; 2 for images that cannot be
read, invalid settings, or a file that exists or cannot be written. Then nothing is written.

See also: runexp --help, runexp quickstart, runexp config`,
		Example: `  runexp new photo.jpg painting.jpg
  runexp new photo.jpg painting.jpg other.jpg --strength 0.7 -o both.yaml
  runexp new photo.jpg painting.jpg --size 1024
  runexp new photo.jpg painting.jpg --time 2m --force
  runexp new photo.jpg painting.jpg --preset nnst --backbone vgg19-lite`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return usage(errors.New("new takes a photo and at least one painting, as in runexp new photo.jpg painting.jpg; see runexp new --help"))
			}
			return nil
		},
		RunE: n.run,
	}
	f := c.Flags()
	pathFlag(f, &n.to, "output", "o", "", "the config to write (default PHOTO-PAINTING.yaml)")
	f.StringVar(&n.preset, "preset", "standard", "the recipe: "+strings.Join(presetNames(), ", "))
	f.StringVar(&n.backbone, "backbone", "", "the network (default that of the recipe); vgg19-lite needs no files")
	f.IntVar(&n.size, "size", 0, "longer side of the result in pixels (default that of the recipe)")
	f.Float64Var(&n.strength, "strength", 0.5, "from 0, faint, to 1, bold")
	f.StringVar(&n.time, "time", "", "time for a run, as in 90s or 2m: size, unless it is given, and iterations follow")
	f.BoolVar(&n.force, "force", false, "replace an existing file")
	f.IntVar(&n.threads, "threads", 0, "compute threads of the prediction, as for runexp -c")
	f.BoolVar(&n.quiet, "quiet", false, "no progress on stderr")
	completeFlag(c, "output", cobra.FixedCompletions([]string{"yaml", "yml"}, cobra.ShellCompDirectiveFilterFileExt))
	completeFlag(c, "preset", words(presetNames()...))
	completeFlag(c, "backbone", words(n.plugins.Backbones.Names()...))
	for _, free := range []string{"size", "strength", "time", "threads"} {
		completeFlag(c, free, noCompletion)
	}
	return c
}

// run writes the config once everything has been checked: the images, the settings, and
// whether the run fits into memory.
func (n *newFlags) run(c *cobra.Command, args []string) error {
	if err := n.checkFlags(c); err != nil {
		return usage(err)
	}
	if err := checkImages(args); err != nil {
		return usage(err)
	}
	if n.to == "" {
		n.to = configName(args)
	}
	if n.to == "-" {
		return usage(errors.New("-o -: standard output is not supported; name a file"))
	}
	if strings.HasPrefix(n.to, "~") && !strings.HasPrefix(n.to, "~/") || strings.HasPrefix(n.to, "-") {
		n.to = "./" + n.to // a name, not somebody's home or a flag
	}
	if err := n.checkFile(args); err != nil {
		return usage(err)
	}
	text, err := n.text(c, args)
	if err != nil {
		return usage(err)
	}
	planned, err := n.predict(c, text)
	if err != nil {
		return usage(byFlag(err))
	}
	if err := atomicfile.Write(n.to, text); err != nil {
		return figureError(fmt.Errorf("%w; name another file with -o", err))
	}
	return n.report(planned)
}

// checkFlags checks the flags that are given.
func (n *newFlags) checkFlags(c *cobra.Command) error {
	limit, err := time.ParseDuration(n.time)
	switch given := c.Flags().Changed; {
	case given("size") && (n.size < 1 || n.size > sizes.MaxSide):
		return fmt.Errorf("--size %d: give from 1 to %d pixels", n.size, sizes.MaxSide)
	case given("strength") && !(n.strength >= 0 && n.strength <= 1):
		return fmt.Errorf("--strength %v: give from 0, faint, to 1, bold", n.strength)
	case given("time") && (err != nil || limit <= 0):
		return fmt.Errorf("--time %q: give a time with its unit, as in 90s or 2m", n.time)
	}
	return nil
}

// byFlag names a problem of a setting by its flag. The other settings are the recipe's.
func byFlag(err error) error {
	var problems config.Problems
	if !errors.As(err, &problems) {
		return err
	}
	flags := map[string]string{"extends[0]": "--preset", "backbone.name": "--backbone", "size": "--size", "strength": "--strength", "time": "--time"}
	own := slices.Clone(problems)
	for i, p := range own {
		own[i] = config.Problem{Path: p.Path, Message: p.Message} // there is no file yet
		if flag, is := flags[p.Path]; is {
			own[i].Path = flag
		}
	}
	return own
}

// checkFile checks that the config can be written: it is no image, not there yet, or to be
// replaced.
func (n *newFlags) checkFile(images []string) error {
	info, err := os.Stat(n.to)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file; name a config to write with -o, as in -o %s", n.to, filepath.Join(n.to, configName(images)))
	case err == nil:
		for _, image := range images {
			if other, err := os.Stat(image); err == nil && os.SameFile(info, other) {
				return fmt.Errorf("-o %s is one of the images; name the config to write", n.to)
			}
		}
		if !n.force {
			return fmt.Errorf("%s exists; runexp -c %s runs it, -o names another file, --force replaces it", n.to, shellWord(n.to))
		}
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name another file with -o", err)
	default:
		if info, err := os.Stat(filepath.Dir(n.to)); err != nil || !info.IsDir() {
			return fmt.Errorf("there is no folder %s; make it, or name another file with -o", filepath.Dir(n.to))
		}
	}
	return nil
}

// predict loads a config as if it were in its file, and plans it.
func (n *newFlags) predict(c *cobra.Command, text []byte) (*plan.Plan, error) {
	loader := n.loader()
	loader.Stdin, loader.WorkDir = strings.NewReader(string(text)), filepath.Dir(n.to)
	resolved, err := loader.Load("-", nil)
	if err != nil {
		return nil, err
	}
	engine, err := compute.NewEngine(compute.Options{Threads: n.threads, ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		return nil, err
	}
	defer engine.Close()
	return n.plan(c.Context(), engine, resolved)
}

// report says how to run the config, and what that takes.
func (n *newFlags) report(planned *plan.Plan) error {
	t := planned.Trials[0]
	last := t.Predictions[len(t.Predictions)-1].Stage
	if n.json {
		return printJSON(n.stdout, withChoice(planned, map[string]any{
			"config": n.to, "command": []string{"runexp", "-c", n.to},
			"size": size(last.Height, last.Width), "seconds": t.Longest().Seconds(), "peak_bytes": t.Bytes(),
		}))
	}
	if planned.Choice != nil {
		fmt.Fprintln(n.stdout, planned.Choice)
	}
	_, err := fmt.Fprintf(n.stdout, "runexp -c %s\n  makes %s pixels (height × width) in about %s with %s of memory; %s has more settings\n",
		shellWord(n.to), size(last.Height, last.Width), sizes.Text(t.Longest(), time.Second), sizes.Bytes(t.Bytes()), n.to)
	return err
}
