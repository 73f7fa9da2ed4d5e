package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports"
	"runexp/reports/html"
)

// runPage is everything about a run.
type runPage struct {
	frame
	Run            store.RunDetail
	Marks          store.Marks
	Flaw           *record.Flaw
	Sweeps         []store.Membership
	Pictures       viewer
	Losses         *html.Curve // nil before the first iteration, and for values that cannot be read
	Metrics        []metric
	Scorers        []scorer
	Stages         []stage
	Settings       []store.Param
	Environment    []store.Fact
	Events         []store.EventRecord
	Files          []store.StoredArtifact
	Resumable      bool
	Stoppable      bool
	Before, After  []int64 // the run that it went on from, and those that went on from it
	Back           string  // where forms return to
	Previous, Next string  // addresses of the runs before and after it; "" for none
}

// A metric is a row of the table of metrics.
type metric struct {
	Name      string
	Label     string // in words; "" for none
	Last, Min float64
	At        int // where Min is
	Count     int
	Better    string
}

// A scorer is one that has scored the picture, with its numbers.
type scorer struct {
	Hash     string
	Backbone string
	Damaged  bool
	Scores   []metric
}

// A stage is a part of the run at one size.
type stage struct {
	Number        int
	Height, Width int
	Step          int // iterations made before it
	At            time.Time
}

// runOf returns the run that an address names by its number.
func (s *Server) runOf(r *http.Request) (store.RunDetail, error) {
	number, err := strconv.ParseInt(r.PathValue("run"), 10, 64)
	if err != nil {
		return store.RunDetail{}, errNoPage
	}
	return s.store.FindRun(r.Context(), fmt.Sprint(number))
}

func (s *Server) showRun(r *http.Request) (reply, error) {
	run, err := s.runOf(r)
	if err != nil {
		return reply{}, err
	}
	ctx := r.Context()
	p := runPage{frame: s.frame(fmt.Sprintf("Run %d", run.Number), "runs"), Run: run, Back: r.URL.RequestURI()}
	marks, err := s.store.Marks(ctx, run.Number)
	if err != nil {
		return reply{}, err
	}
	p.Marks = marks[run.Number]
	for _, read := range []func(context.Context) error{p.readPictures(s), p.readNumbers(s), p.readFacts(s), p.readNeighbours(s)} {
		if err := read(ctx); err != nil {
			return reply{}, err
		}
	}
	if p.Before, p.After, err = s.store.Lineage(ctx, run.Number); err != nil {
		return reply{}, err
	}
	p.Resumable = s.Resume != nil && (run.Status == store.Lost || run.Status == store.Killed) && p.Marks.Deleted.IsZero() && len(p.After) == 0
	if run.Status == store.Running {
		p.Stoppable = s.CanStop != nil && s.CanStop(run.Number)
		p.live(true)
	}
	return reply{page: "run", data: p}, nil
}

// readPictures reads which pictures there are, and the events.
func (p *runPage) readPictures(s *Server) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		if p.Files, err = s.store.Artifacts(ctx, p.Run.Number); err != nil {
			return err
		}
		if p.Events, err = s.store.Events(ctx, p.Run.Number); err != nil {
			return err
		}
		made, err := reports.StepsMade(ctx, s.store, p.Run.Number)
		if err != nil {
			return err
		}
		for _, e := range p.Events {
			switch e.Kind {
			case "stage":
				var one stage
				if json.Unmarshal(e.Data, &struct {
					Stage, Height, Width *int
				}{&one.Number, &one.Height, &one.Width}) == nil {
					one.Step, one.At = made(e.Step), e.At
					p.Stages = append(p.Stages, one)
				}
			case record.Flaw{}.Kind():
				var flaw record.Flaw
				if json.Unmarshal(e.Data, &flaw) == nil {
					p.Flaw = &flaw
				}
			}
		}
		p.Pictures = viewerOf(p.Files, made)
		return nil
	}
}

// readNumbers reads metrics, and scores by scorer.
func (p *runPage) readNumbers(s *Server) func(context.Context) error {
	return func(ctx context.Context) error {
		summary, err := s.store.Summary(ctx, p.Run.Number)
		if err != nil {
			return err
		}
		for _, m := range summary {
			if strings.HasPrefix(m.Name, "eval/") && m.Count == 1 { // a score, which is in its own table
				continue
			}
			p.Metrics = append(p.Metrics, metric{Name: m.Name, Last: m.Last, Min: m.Min, At: m.BestStep, Count: m.Count, Better: s.better(m.Name)})
		}
		slices.SortStableFunc(p.Metrics, func(a, b metric) int { return rank(a.Name) - rank(b.Name) })
		losses := reports.Curves{Runs: []store.RunSummary{p.Run.RunSummary}}
		if p.Losses, err = s.curve(ctx, losses, "total loss and weighted terms by iteration, on a logarithmic axis"); err != nil {
			return err
		}
		scorers, err := s.store.Scorers(ctx)
		if err != nil {
			return err
		}
		for _, by := range scorers {
			values, err := s.store.Scores(ctx, p.Run.Number, by.Hash)
			if err != nil {
				return err
			}
			one := scorer{Hash: by.Hash, Damaged: by.Description == nil}
			var described struct {
				Backbone string
				Options  []string
			}
			if json.Unmarshal(by.Description, &described) == nil {
				if one.Backbone = described.Backbone; len(described.Options) > 0 {
					one.Backbone += " (" + strings.Join(described.Options, ", ") + ")"
				}
			}
			for _, v := range values {
				if strings.Count(v.Name, "/") == 1 { // not single layers
					one.Scores = append(one.Scores, metric{Name: v.Name, Label: s.label(v.Name), Last: v.Value, Better: s.better(v.Name)})
				}
			}
			if len(values) > 0 {
				p.Scorers = append(p.Scorers, one)
			}
		}
		return nil
	}
}

// better is the direction in which a metric is better.
func (s *Server) better(name string) string {
	if s.Better == nil {
		return ""
	}
	return s.Better(name)
}

// label is what a metric is called in words, "" for nothing.
func (s *Server) label(name string) string {
	if s.Label == nil {
		return ""
	}
	return s.Label(name)
}

// rank orders metrics: the total, losses, their layers, the rest.
func rank(name string) int {
	switch {
	case name == "loss/total":
		return 0
	case strings.HasPrefix(name, "loss/"):
		return strings.Count(name, "/")
	}
	return 3
}

// readFacts reads settings and environment.
func (p *runPage) readFacts(s *Server) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		if p.Settings, err = s.store.Params(ctx, p.Run.Number); err != nil {
			return err
		}
		if p.Environment, err = s.store.Env(ctx, p.Run.Number); err != nil {
			return err
		}
		p.Sweeps, err = s.store.SweepsOf(ctx, p.Run.Number)
		return err
	}
}

// readNeighbours finds the runs before and after it that are not deleted.
func (p *runPage) readNeighbours(s *Server) func(context.Context) error {
	return func(ctx context.Context) error {
		before, after, err := s.store.Neighbours(ctx, p.Run.Number)
		if before > 0 {
			p.Previous = fmt.Sprintf("/runs/%d", before)
		}
		if after > 0 {
			p.Next = fmt.Sprintf("/runs/%d", after)
		}
		return err
	}
}

// resume starts a run again that was lost or stopped.
func (s *Server) resume(r *http.Request) (reply, error) {
	run, err := s.runOf(r)
	if err != nil {
		return reply{}, err
	}
	if s.Resume == nil {
		return reply{}, bad("this server starts no runs; use the command line")
	}
	if run.Status != store.Lost && run.Status != store.Killed {
		return reply{}, &badRequest{http.StatusConflict, fmt.Errorf("run %d is %s; only a lost or killed one is resumed", run.Number, run.Status)}
	}
	number, err := s.Resume(r.Context(), run)
	if err != nil {
		return reply{}, &badRequest{http.StatusConflict, fmt.Errorf("run %d cannot be resumed here: %w", run.Number, err)}
	}
	return reply{redirect: fmt.Sprintf("/runs/%d", number)}, nil
}

// stop ends a run that goes on in a process of this server's.
func (s *Server) stop(r *http.Request) (reply, error) {
	run, err := s.runOf(r)
	if err != nil {
		return reply{}, err
	}
	if err := readForm(r); err != nil {
		return reply{}, err
	}
	if s.Stop == nil || !s.Stop(run.Number) {
		return reply{}, &badRequest{http.StatusConflict, fmt.Errorf("run %d is not running in a process of this server; stop it where it was started: Ctrl-C in its terminal, scancel of its job", run.Number)}
	}
	return reply{redirect: localAddress(r.PostForm.Get("back"))}, nil
}
