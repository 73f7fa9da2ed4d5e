package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/weights"
	"runexp/framework/weights/fetch"
)

// maxFetched bounds a download in bytes; all known weights are smaller.
const maxFetched = 2 << 30

// pullFlags are the options of `runexp weights pull`.
type pullFlags struct {
	from    string
	force   bool
	retries int
}

func (w *weightsVerbs) pull() *cobra.Command {
	var flags pullFlags
	c := &cobra.Command{
		Use:   "pull NAME",
		Short: "Fetch weights from their publisher into the cache",
		Long: `Fetch weights from their publisher into the cache, check their length and checksum, and convert
the tensors that the backbone needs. An interrupted download is resumed. Apart from
runexp export mlflow this is the only verb that uses the network.

Reads the publisher's URL or, with --from, a mirror of the same file. Writes NAME.safetensors in
the cache and prints its path, licence and citation. An incomplete download is kept beside it, in
a file that ends in .part. --json prints one object, as in runexp weights ls.

Exit codes: 0 fetched, or already there; 1 if the network or the disk fails, or the checksum is
not the publisher's; 2 for an unknown name or URL.

See also: runexp weights ls, runexp weights import, runexp weights`,
		Example: `  runexp weights pull vgg19-torchvision
  runexp weights pull vgg19-torchvision --from https://mirror.example.org/vgg19-dcbb9e9d.pth`,
		ValidArgsFunction: firstArg(w.fetchable),
		Args:              exactArgs(1, "one name"),
		RunE: func(c *cobra.Command, args []string) error {
			return w.fetch(c.Context(), args[0], flags)
		},
	}
	c.Flags().StringVar(&flags.from, "from", "", "fetch from this URL, a mirror of the same file")
	c.Flags().BoolVar(&flags.force, "force", false, "fetch again even if the weights exist")
	c.Flags().IntVar(&flags.retries, "retries", 5, "retries after a broken connection")
	completeFlag(c, "from", noCompletion)
	return c
}

// fetchable proposes the weights that have a URL.
func (w *weightsVerbs) fetchable(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return w.addressed(), cobra.ShellCompDirectiveNoFileComp
}

func (w *weightsVerbs) addressed() (names []string) {
	for _, s := range w.sources {
		if s.URL != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

func (w *weightsVerbs) fetch(ctx context.Context, name string, flags pullFlags) error {
	source, err := w.pullable(name, flags.from)
	if err != nil {
		return usage(err)
	}
	if flags.retries < 0 {
		return usage(fmt.Errorf("--retries: %d is negative", flags.retries))
	}
	if found, err := weights.Find(name, w.places); err == nil && !flags.force {
		if w.json {
			return printJSON(w.stdout, w.found(name, found))
		}
		fmt.Fprintf(w.stdout, "%s already exists: %s\n", name, found)
		return nil
	}
	if _, err := w.places.Cached(name); err != nil {
		return usage(err)
	}
	if err := os.MkdirAll(w.places.Cache, 0o755); err != nil {
		return usage(err)
	}
	file := filepath.Join(w.places.Cache, path.Base(source.URL))
	if flags.from != "" {
		source.URL = flags.from
	}
	if !hasChecksum(ctx, file, source.SHA256) {
		if err := w.download(ctx, source, file, flags.retries); err != nil {
			return err
		}
	}
	if err := w.convert(ctx, file, name, true); err != nil {
		return err
	}
	return os.Remove(file) // converted into the cache
}

// pullable returns the source of the weights called name, and checks the URL from
// if it is given.
func (w *weightsVerbs) pullable(name, from string) (weights.Source, error) {
	source, known := w.source(name)
	if !known {
		return source, framework.UnknownName("weights", name, w.addressed())
	}
	if source.URL == "" {
		return source, fmt.Errorf("%s cannot be fetched: %s:\n\t%s\nthe authors' page is %s", name, source.Note, source.Command(), source.Page)
	}
	if from != "" {
		return source, fetch.Allowed(from)
	}
	return source, nil
}

// hasChecksum reports whether the file exists and has that checksum: an earlier call
// fetched it and was stopped before the import.
func hasChecksum(ctx context.Context, file, sha256 string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	sum, err := weights.Sum(ctx, f)
	return err == nil && strings.HasPrefix(sum, sha256)
}

func (w *weightsVerbs) download(ctx context.Context, source weights.Source, file string, retries int) error {
	p := &fetchProgress{line: newStatusLine(w.stderr), began: time.Now(), first: -1}
	fmt.Fprintf(w.stderr, "fetching %s\n", fetch.Redacted(source.URL))
	err := fetch.File(ctx, fetch.Request{
		URL: source.URL, Path: file, Bytes: source.Bytes, Limit: maxFetched, SHA256: source.SHA256,
		Retries: retries, Wait: time.Second, Stall: 30 * time.Second,
		Progress: p.report, Broken: p.broken,
	})
	p.line.end()
	if err == nil {
		info, err := os.Stat(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(w.stderr, "fetched %s in %s\n", mebibytes(info.Size()), time.Since(p.began).Round(100*time.Millisecond))
		return nil
	}
	if _, kept := os.Stat(file + ".part"); kept == nil {
		err = errors.Join(err, fmt.Errorf("%s has what was received; the same command resumes the download", file+".part"))
	}
	return err
}

// fetchProgress prints the progress of a download: a line that is redrawn on a
// terminal, nothing elsewhere.
type fetchProgress struct {
	line           *statusLine
	began, updated time.Time
	first          int64 // bytes present before; -1 until known
}

func (p *fetchProgress) report(done, total int64) {
	if p.first < 0 {
		p.first = done
	}
	if !p.line.live || time.Since(p.updated) < barEvery && done < total {
		return
	}
	p.updated = time.Now()
	line := mebibytes(done)
	if total > 0 {
		line = fmt.Sprintf("%s of %s  %d%%", line, mebibytes(total), 100*done/total)
	}
	if rate := float64(done-p.first) / time.Since(p.began).Seconds(); rate > 0 {
		line += fmt.Sprintf("  %s/s", mebibytes(int64(rate)))
		if total > 0 {
			left := time.Duration(float64(total-done) / rate * float64(time.Second))
			line += fmt.Sprintf("  %s left", left.Round(time.Second))
		}
	}
	p.line.draw("  " + line)
}

func (p *fetchProgress) broken(err error, wait time.Duration) {
	p.line.end()
	fmt.Fprintf(p.line.w, "%v; retrying in %s\n", err, wait)
}
