package cmd

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"runexp/experiments/plan"
	"runexp/framework/compute"
	"runexp/framework/graph"
	"runexp/framework/sizes"
)

// benchCommand is `runexp bench -c FILE`.
func (a *app) benchCommand() *cobra.Command {
	var file string
	var threads, repeats int
	markdown := false
	c := &cobra.Command{
		Use:   "bench -c FILE [path=value …]",
		Short: "Time every operation of an experiment's stages",
		Long: `Time every operation of one evaluation, forward and gradient, at each stage's size: the
fastest of --repeats. GFLOP/s is given twice: for the work of a direct convolution, and for the
work that the kernels' matrix products really do; the share of the machine's peak refers to the
latter. The peak is measured: multiply-adds in registers, on all threads. Other programs running
at the same time distort the figures.

Reads the config, its images and its weights. Writes nothing. RUNEXP_ISA selects the kernel
variant. --json prints one object.

Exit codes: 0 measured; 2 for a mistake in the command line or the config.

See also: runexp version, runexp --help`,
		Example: `  runexp bench -c configs/quickstart.yaml
  runexp bench -c configs/d2l.yaml content.image=photo.jpg style.0.image=painting.jpg --threads 1`,
		RunE: func(c *cobra.Command, overrides []string) error {
			resolved, err := a.load(file, overrides)
			if err != nil {
				return err
			}
			if repeats < 1 {
				return usage(fmt.Errorf("--repeats %d: at least 1", repeats))
			}
			engine, err := compute.NewEngine(compute.Options{Threads: threads, ISA: os.Getenv("RUNEXP_ISA")})
			if err != nil {
				return usage(err)
			}
			defer engine.Close()
			prepared, err := plan.NewPlanner(a.plugins, engine).Prepare(c.Context(), resolved, 0)
			if err != nil {
				return usage(err)
			}
			peak := engine.Peak()
			var profiles []profile
			for i, s := range prepared.Stages() {
				timings, whole, err := prepared.Profile(c.Context(), i, repeats)
				if err != nil {
					return err
				}
				profiles = append(profiles, newProfile(size(s.Height, s.Width), timings, whole, peak))
			}
			if a.json {
				return printJSON(a.stdout, map[string]any{
					"variant": engine.Variant(), "threads": engine.Threads(), "peak_gflops": peak, "stages": profiles,
				})
			}
			fmt.Fprintf(a.stdout, "%s kernels, %s, measured peak %.0f GFLOP/s\n", engine.Variant(), sizes.Count(engine.Threads(), "thread"), peak)
			for _, p := range profiles {
				if err := p.write(a.stdout, markdown); err != nil {
					return err
				}
			}
			return nil
		},
	}
	pathFlag(c.Flags(), &file, "config", "c", "", "the YAML file of the experiment, or - for standard input")
	c.Flags().IntVar(&threads, "threads", 0, "compute threads (default: one per CPU available to the process, or GOMAXPROCS)")
	c.Flags().IntVar(&repeats, "repeats", 5, "evaluations to time; the fastest counts")
	c.Flags().BoolVar(&markdown, "markdown", false, "print tables for docs/performance.md")
	completeConfig(c)
	c.ValidArgsFunction = a.overrides(&file)
	return c
}

// profile is the time of one evaluation by operation.
type profile struct {
	Size    string       `json:"size"`
	Seconds float64      `json:"seconds"`
	Rows    []profileRow `json:"operations"`
}

// profileRow is one operation, or all operations of one name without a work count.
type profileRow struct {
	Operation string  `json:"operation"`
	Seconds   float64 `json:"seconds"`
	Share     float64 `json:"share"`
	Direct    float64 `json:"direct_gflops"`
	Real      float64 `json:"real_gflops"`
	Peak      float64 `json:"share_of_peak"`
}

// newProfile groups operations by name and adds their sum.
func newProfile(size string, timings []graph.Timing, whole time.Duration, peak float64) profile {
	p := profile{Size: size, Seconds: whole.Seconds()}
	at := map[string]int{}
	var sum graph.Timing
	var work [][2]float64
	for _, t := range timings {
		i, seen := at[t.Operation]
		if !seen {
			i = len(p.Rows)
			at[t.Operation] = i
			p.Rows, work = append(p.Rows, profileRow{Operation: t.Operation}), append(work, [2]float64{})
		}
		p.Rows[i].Seconds += t.Took.Seconds()
		work[i][0] += t.Direct
		work[i][1] += t.Real
		sum.Took += t.Took
		sum.Direct += t.Direct
		sum.Real += t.Real
	}
	p.Rows = append(p.Rows, profileRow{Operation: "all operations", Seconds: sum.Took.Seconds()})
	work = append(work, [2]float64{sum.Direct, sum.Real})
	for i := range p.Rows {
		r := &p.Rows[i]
		r.Share = r.Seconds / p.Seconds
		r.Direct, r.Real = work[i][0]/r.Seconds/1e9, work[i][1]/r.Seconds/1e9
		r.Peak = r.Real / peak
	}
	return p
}

func (p profile) write(w io.Writer, markdown bool) error {
	header := []string{"OPERATION", "MS", "SHARE", "DIRECT GFLOP/S", "REAL GFLOP/S", "OF PEAK"}
	var cells [][]string
	for _, r := range p.Rows {
		row := []string{r.Operation, fmt.Sprintf("%.2f", 1e3*r.Seconds), percent(r.Share), "-", "-", "-"}
		if r.Direct > 0 {
			row[3], row[4], row[5] = fmt.Sprintf("%.0f", r.Direct), fmt.Sprintf("%.0f", r.Real), percent(r.Peak)
		}
		cells = append(cells, row)
	}
	fmt.Fprintf(w, "\n%s: %.1f ms per evaluation\n\n", p.Size, 1e3*p.Seconds)
	if !markdown {
		return table(w, header, cells)
	}
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.ToLower(strings.Join(header, " | ")), strings.Repeat("---|", len(header)))
	for _, row := range cells {
		fmt.Fprintf(w, "| %s |\n", strings.Join(row, " | "))
	}
	return nil
}

func percent(x float64) string { return fmt.Sprintf("%.0f%%", 100*x) }
