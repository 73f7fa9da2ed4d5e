package ui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/reports"
	"runexp/reports/document"
	"runexp/reports/grid"
	"runexp/reports/html"
)

// Limits of a comparison.
const (
	fewestCompared = 2
	mostCompared   = 16
)

// curve draws curves, for the template of that name; nil if there is nothing to draw yet.
func (s *Server) curve(ctx context.Context, q reports.Curves, alt string) (*html.Curve, error) {
	c, _, err := q.Plot(ctx, s.store)
	if len(c.Series) == 0 && !errors.Is(err, store.ErrBusy) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	drawn, err := html.NewCurve(c, alt)
	if err != nil { // no value has a place on the axis
		return nil, nil
	}
	return &drawn, nil
}

// comparePage compares runs.
type comparePage struct {
	frame
	reports.Comparison
	Numbers  string // of the runs, as the address has them
	Labels   []string
	Pictures viewer
	Curves   *html.Curve    // nil for none
	Metric   string         // that it shows
	Linear   bool           // its axis
	Metrics  []string       // that it may show
	Results  []*shot        // by run; nil for none
	Grid     *document.Grid // their pictures, for one zoom of all; nil for none
	Notes    []string       // what to mind about its numbers
}

// runsOf returns the runs that an address names, as in runs=3,4,7 or run=3&run=4, each once.
func (s *Server) runsOf(r *http.Request) ([]store.RunSummary, error) {
	var numbers []int64
	for _, value := range append(r.URL.Query()["runs"], r.URL.Query()["run"]...) {
		for _, text := range strings.FieldsFunc(value, func(c rune) bool { return c == ',' || c == ' ' }) {
			number, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, bad("runs are numbers, as in /compare?runs=3,4")
			}
			if !slices.Contains(numbers, number) {
				numbers = append(numbers, number)
			}
		}
	}
	if len(numbers) < fewestCompared || len(numbers) > mostCompared {
		return nil, bad("%d to %d runs are compared, and these are %d; choose them in the list of runs", fewestCompared, mostCompared, len(numbers))
	}
	var runs []store.RunSummary
	for _, number := range numbers {
		run, err := s.store.FindRun(r.Context(), fmt.Sprint(number))
		if err != nil {
			return nil, err
		}
		runs = append(runs, run.RunSummary)
	}
	return runs, nil
}

func (s *Server) compare(r *http.Request) (reply, error) {
	runs, err := s.runsOf(r)
	if err != nil {
		return reply{}, err
	}
	ctx := r.Context()
	p := comparePage{frame: s.frame("Compare "+sizes.Count(len(runs), "run"), "runs"), Metric: r.URL.Query().Get("metric"), Linear: r.URL.Query().Get("axis") == "linear"}
	var numbers []string
	for _, run := range runs {
		numbers = append(numbers, fmt.Sprint(run.Number))
		if run.Status == store.Running {
			p.live(true)
		}
	}
	p.Numbers = strings.Join(numbers, ",")
	if p.Comparison, err = reports.Compare(ctx, s.store, runs, ""); err != nil {
		return reply{}, err
	}
	if p.Scored && p.Scorer == "" {
		p.Notes = append(p.Notes, "These pictures were scored by different scorers, whose numbers do not compare: runexp score scores them by one.")
	}
	if p.LossesDiffer() {
		p.Notes = append(p.Notes, lossesDiffer)
	}
	if p.Labels, err = reports.Labels(ctx, s.store, runs); err != nil {
		return reply{}, err
	}
	if err := p.readPictures(ctx, s); err != nil {
		return reply{}, err
	}
	if err := p.readMetrics(ctx, s); err != nil {
		return reply{}, err
	}
	if p.Pictures.B != "" {
		data, err := grid.OfRuns(ctx, s.store, runs)
		if err != nil {
			return reply{}, err
		}
		data.X, data.Y = -1, -1
		data.Free()
		if p.Grid, err = s.addresses(ctx, s.described(data)); err != nil {
			return reply{}, err
		}
		p.Grid.Scatter = false
	}
	return reply{page: "compare", data: p}, nil
}

// readPictures collects the results, and the content and style images, each once.
func (p *comparePage) readPictures(ctx context.Context, s *Server) error {
	for i, run := range p.Runs {
		files, err := s.store.Artifacts(ctx, run.Number)
		if err != nil {
			return err
		}
		made, err := reports.StepsMade(ctx, s.store, run.Number)
		if err != nil {
			return err
		}
		of := viewerOf(files, made)
		var result *shot
		for _, one := range of.Pictures {
			isResult := one.Hash == of.B && !strings.HasPrefix(one.Label, "content") && !strings.HasPrefix(one.Label, "style")
			if isResult {
				one.Label = p.Labels[i]
				result = &one
			}
			input := strings.HasPrefix(one.Label, "content") || strings.HasPrefix(one.Label, "style")
			known := slices.ContainsFunc(p.Pictures.Pictures, func(other shot) bool { return other.Hash == one.Hash })
			if (isResult || input) && (!known || isResult) {
				p.Pictures.Pictures = append(p.Pictures.Pictures, one)
			}
		}
		p.Results = append(p.Results, result)
	}
	p.Pictures.Made = true
	for _, result := range p.Results {
		switch {
		case result == nil:
		case p.Pictures.A == "":
			p.Pictures.A = result.Hash
		case p.Pictures.B == "":
			p.Pictures.B = result.Hash
		}
	}
	if p.Pictures.B == "" {
		p.Pictures.B = p.Pictures.A
	}
	return nil
}

// readMetrics finds the metrics that curves can show.
func (p *comparePage) readMetrics(ctx context.Context, s *Server) error {
	for _, run := range p.Runs {
		names, err := s.store.MetricNames(ctx, run.Number)
		if err != nil {
			return err
		}
		p.Metrics = append(p.Metrics, names...)
	}
	slices.Sort(p.Metrics)
	p.Metrics = slices.Compact(p.Metrics)
	if len(p.Metrics) == 0 {
		return nil
	}
	if p.Metric == "" {
		p.Metric = "loss/total"
	}
	q := reports.Curves{Runs: p.Runs, Metrics: []string{p.Metric}, Linear: p.Linear}
	var err error
	p.Curves, err = s.curve(ctx, q, p.Metric+" by iteration, a line for each run")
	return err
}
