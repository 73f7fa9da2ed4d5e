package cmd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/experiments/rescore"
	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/evaluate"
	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
)

// scoreFlags are the flags of `runexp score`.
type scoreFlags struct {
	*app
	by, weights, sort string
	layers            []string
	stored            bool
	threads           int
}

// scoreCommand is `runexp score RUN… --by BACKBONE`.
func (a *app) scoreCommand() *cobra.Command {
	f := &scoreFlags{app: a}
	c := &cobra.Command{
		Use:   "score RUN… --by BACKBONE",
		Short: "Score the pictures of runs by one backbone, so that they compare",
		Long: `Score the pictures of finished runs by one backbone, so that they compare, whatever backbones the
runs had, and print their metrics side by side. A RUN is a number, a range of numbers as in 3-7, the
first digits of a uid, "last", or an experiment, which stands for all its finished runs.

The scorer reads layers that none of these runs' losses read. With other runs that may be other
layers, and then it is another scorer, whose numbers do not compare with the first one's; --layers
names them. What the scorer has scored already is not scored again.

Reads the runs' pictures from the store (--db), and their content and style images, which must be
the files that the runs read. If these are gone, --stored-images compares with the copies in the
store; they have 8 bits and the size of the last stage, so that is another scorer too.

Writes the scores to the store, each run's when it is done, and prints the scorer's hash, which
compare and ls take as --scorer. --json prints one object with the scorer, the definitions of the
metrics and all scores, those of single layers too.

Exit codes: 0 printed; 1 if the disk is full or fails; 2 for an unknown run, backbone or layer, a
run that is not finished, an image that is missing or has changed, and for missing weights.

See also: runexp compare, runexp ls, runexp backbones, runexp weights`,
		Example: `  runexp score 3-7 --by vgg19-lite
  runexp score layers standard --by vgg19 --sort style
  runexp score 3 7 --by vgg19:vgg19-torchvision --layers relu1_2,relu2_2,relu3_3 --json`,
		ValidArgsFunction: a.runsAndExperiments,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(fmt.Errorf("score takes at least one run, as in runexp score 3-7 --by vgg19-lite; see runexp score --help"))
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return f.run(c, args) },
	}
	flags := c.Flags()
	flags.StringVar(&f.by, "by", "", "the backbone that scores; NAME:WEIGHTS names its weights too")
	pathFlag(flags, &f.weights, "weights", "", "", "name or file of the backbone's weights (default: as a config finds them)")
	flags.StringSliceVar(&f.layers, "layers", nil, "the layers that it reads (default: a choice of those that no run's losses read)")
	flags.BoolVar(&f.stored, "stored-images", false, "compare with the copies of content and style images in the store")
	flags.StringVar(&f.sort, "sort", "", "metric to sort by, the best first (default: by run)")
	flags.IntVar(&f.threads, "threads", 0, "compute threads (default: one per CPU available to the process, or GOMAXPROCS)")
	completeFlag(c, "by", words(a.plugins.Backbones.Names()...))
	completeFlag(c, "sort", words(f.metrics()...))
	completeFlag(c, "layers", noCompletion)
	return c
}

// metrics returns the names that --sort takes.
func (f *scoreFlags) metrics() []string {
	if f.plugins.Metrics == nil {
		return nil
	}
	return f.plugins.Metrics.Names()
}

func (f *scoreFlags) run(c *cobra.Command, refs []string) (err error) {
	spec, err := f.backbone()
	if err != nil {
		return usage(err)
	}
	if f.sort != "" && !slices.Contains(f.metrics(), strings.TrimPrefix(f.sort, evaluate.Prefix)) {
		return usage(fmt.Errorf("--sort: %w", framework.UnknownName("metric", f.sort, f.metrics())))
	}
	s, err := f.readStore(c.Context())
	if err != nil {
		return err
	}
	defer s.Close()
	runs, skipped, err := f.findRunSet(c, s, refs)
	if err != nil {
		return err
	}
	if err := f.noteDeleted(c, s, mapRows(runs, func(r store.RunDetail) store.RunSummary { return r.RunSummary })); err != nil {
		return err
	}
	if len(runs) == 0 {
		return usage(fmt.Errorf("none of the %s has finished; %s lists them", sizes.Count(skipped, "run"), f.command("ls")))
	}
	engine, err := compute.NewEngine(compute.Options{Threads: f.threads, ISA: os.Getenv("RUNEXP_ISA")})
	if err != nil {
		return usage(err)
	}
	defer engine.Close()
	r, err := rescore.New(c.Context(), *f.loader(), engine, s, runs, rescore.Options{Backbone: spec, Layers: f.layers, Stored: f.stored})
	if err != nil {
		return usage(err)
	}
	if skipped > 0 {
		fmt.Fprintf(f.stderr, "note: %s without a finished picture left out\n", sizes.Count(skipped, "run"))
	}
	if r.Missing() > 0 {
		if err := f.score(c.Context(), r); err != nil {
			return err
		}
	}
	return f.print(c.Context(), s, r, runs)
}

// backbone returns the backbone of --by with its weights.
func (f *scoreFlags) backbone() (framework.BackboneSpec, error) {
	name, weights, both := strings.Cut(f.by, ":")
	switch {
	case name == "":
		return framework.BackboneSpec{}, fmt.Errorf("name the backbone that scores: --by vgg19-lite, or another that runexp backbones lists")
	case both && f.weights != "":
		return framework.BackboneSpec{}, fmt.Errorf("--by %s names weights, and --weights too; omit one of them", f.by)
	case !both:
		weights = f.weights
	}
	plugin, err := f.plugins.Backbones.Lookup(name)
	if err != nil {
		return framework.BackboneSpec{}, fmt.Errorf("--by: %w", err)
	}
	options := plugin.Options()
	if weights != "" && !framework.SetText(options, "weights", weights) && !framework.SetFile(options, weights) {
		return framework.BackboneSpec{}, fmt.Errorf("--by: the backbone %s has no weights to choose; omit %s", name, weights)
	}
	if v, is := options.(framework.Validator); is {
		if err := v.Validate(); err != nil {
			return framework.BackboneSpec{}, fmt.Errorf("--by %s: %w", name, err)
		}
	}
	return framework.BackboneSpec{Name: name, Options: options}, nil
}

// score scores what is missing.
func (f *scoreFlags) score(ctx context.Context, r *rescore.Rescorer) (err error) {
	s, err := f.openStore(ctx)
	if err != nil {
		return err
	}
	defer closeStore(s, &err)
	work := newWorkProgress(f.stderr, false)
	defer work.done()
	all := r.Missing()
	return r.Score(ctx, s, func(done int) { work.update("scored %d of %s", done, sizes.Count(all, "run")) })
}

// scorePage is what `score --json` prints.
type scorePage struct {
	Scorer      string          `json:"scorer"`      // its hash
	Description json.RawMessage `json:"description"` // backbone, weights and layers
	Metrics     []record.Metric `json:"metrics"`
	Runs        []scoredRow     `json:"runs"`
}

type scoredRow struct {
	Run        int64        `json:"run"`
	UID        store.UID    `json:"uid"`
	Experiment string       `json:"experiment"`
	Backbone   string       `json:"backbone"` // of the run
	Content    string       `json:"content,omitempty"`
	Styles     []string     `json:"styles"`
	Scores     []scoreValue `json:"scores"`
}

func (f *scoreFlags) print(ctx context.Context, s *store.Store, r *rescore.Rescorer, runs []store.RunDetail) error {
	scorer := r.Scorer.Stored()
	page := scorePage{Scorer: scorer.Hash, Description: scorer.Description, Metrics: r.Metrics()}
	summaries := mapRows(runs, func(d store.RunDetail) store.RunSummary { return d.RunSummary })
	images, err := s.Images(ctx, summaries...)
	if err != nil {
		return err
	}
	for _, run := range summaries {
		row := scoredRow{Run: run.Number, UID: run.UID, Experiment: run.Experiment, Content: images[run.Number].Content, Styles: images[run.Number].Styles}
		values, err := s.Scores(ctx, run.Number, scorer.Hash)
		if err != nil {
			return err
		}
		for _, v := range values {
			row.Scores = append(row.Scores, scoreValue{v.Name, float(v.Value)})
		}
		if row.Backbone, err = backboneOf(ctx, s, run.Number); err != nil {
			return err
		}
		page.Runs = append(page.Runs, row)
	}
	f.order(page.Runs, page.Metrics)
	if f.json {
		return printJSON(f.stdout, page)
	}
	names := overall(mapRows(page.Metrics, func(m record.Metric) string { return m.Name }))
	header := append([]string{"RUN", "EXPERIMENT", "BACKBONE", "IMAGES"}, metricHeader(names)...)
	var cells [][]string
	for _, row := range page.Runs {
		line := []string{fmt.Sprint(row.Run), row.Experiment, row.Backbone, imageNames(images[row.Run])}
		cells = append(cells, append(line, scoreCells(row.Scores, names)...))
	}
	if err := listing(f.stdout, header, cells, 1, 3); err != nil {
		return err
	}
	fmt.Fprintln(f.stdout)
	for _, direction := range []framework.Direction{framework.Lower, framework.Higher} {
		alike := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return f.better(name) != string(direction) })
		if len(alike) > 0 {
			fmt.Fprintf(f.stdout, "%s is better: %s\n", direction, strings.ReplaceAll(strings.Join(alike, ", "), evaluate.Prefix, ""))
		}
	}
	_, err = fmt.Fprintf(f.stdout, "scorer %s: %s at %s\n", shortHash(scorer.Hash), f.by, strings.Join(r.Scorer.Layers().Style, ", "))
	return err
}

// order sorts rows by --sort, the best first, those without a value last; by run without.
func (f *scoreFlags) order(rows []scoredRow, metrics []record.Metric) {
	name := evaluate.Prefix + strings.TrimPrefix(f.sort, evaluate.Prefix)
	i := slices.IndexFunc(metrics, func(m record.Metric) bool { return m.Name == name })
	if f.sort == "" || i < 0 {
		return
	}
	key := func(r scoredRow) float64 {
		v, has := valueOf(r.Scores, name)
		switch {
		case !has:
			return math.Inf(1)
		case metrics[i].Better == "higher":
			return -float64(v)
		}
		return float64(v)
	}
	slices.SortStableFunc(rows, func(a, b scoredRow) int { return cmp.Compare(key(a), key(b)) })
}

// backboneOf returns the name of a run's backbone; "" if its config names none.
func backboneOf(ctx context.Context, s *store.Store, run int64) (name string, err error) {
	params, err := s.Params(ctx, run)
	if err != nil {
		return "", err
	}
	for _, p := range params {
		if p.Path == "backbone.name" && json.Unmarshal(p.Value, &name) != nil {
			return string(p.Value), nil
		}
	}
	return name, nil
}
