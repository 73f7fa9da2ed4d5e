package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/answers"
	"runexp/reports/document"
	"runexp/reports/grid"
	"runexp/reports/sweep"
	"runexp/reports/votes"
)

// studies keeps what was made of the sweeps that were looked at last: to analyse one takes a second or more.
type studies struct {
	mu   sync.Mutex
	kept map[int64]*kept
}

// kept is a sweep as of a state of its trials and votes.
type kept struct {
	mu    sync.Mutex
	state string
	study *sweep.Study

	document *document.Document // of study; nil until somebody reads it

	trials  string // the state of the trials alone
	entries []votes.Entry
}

// mostStudies bounds the studies in memory.
const mostStudies = 8

func newStudies() *studies { return &studies{kept: map[int64]*kept{}} }

// of returns what is kept of a sweep, locked: one request makes it, the others wait.
func (s *studies) of(w store.Sweep) *kept {
	s.mu.Lock()
	if len(s.kept) >= mostStudies && s.kept[w.Number] == nil {
		clear(s.kept)
	}
	if s.kept[w.Number] == nil {
		s.kept[w.Number] = &kept{}
	}
	k := s.kept[w.Number]
	s.mu.Unlock()
	k.mu.Lock()
	return k
}

// study returns a sweep's study, made anew if its trials or votes have changed.
func (s *Server) study(ctx context.Context, w store.Sweep) (*sweep.Study, error) {
	k := s.sweeps.of(w)
	defer k.mu.Unlock()
	trials, err := s.trialState(ctx, w)
	if err != nil {
		return nil, err
	}
	votes, err := s.store.Votes(ctx, w.Experiment)
	if err != nil {
		return nil, err
	}
	state := trials + fmt.Sprint(votes)
	if k.study != nil && k.state == state {
		return k.study, nil
	}
	study, err := sweep.Read(ctx, s.store, w, nil)
	if err == nil {
		k.study, k.state, k.document = study, state, nil
	}
	return study, err
}

// report returns a sweep's report without its pictures, made anew if its trials or votes have changed.
func (s *Server) report(ctx context.Context, w store.Sweep) (document.Document, error) {
	study, err := s.study(ctx, w)
	if err != nil {
		return document.Document{}, err
	}
	k := s.sweeps.of(w)
	defer k.mu.Unlock()
	if k.document != nil && k.study == study {
		return *k.document, nil
	}
	d, err := study.Document(ctx, s.store)
	if err == nil && k.study == study {
		k.document = &d
	}
	return d, err
}

// entries returns the pictures of a sweep that people can vote on. Votes do not change them.
func (s *Server) entries(ctx context.Context, w store.Sweep) ([]votes.Entry, error) {
	k := s.sweeps.of(w)
	defer k.mu.Unlock()
	trials, err := s.trialState(ctx, w)
	if err != nil || k.trials == trials {
		return k.entries, err
	}
	study, err := sweep.Read(ctx, s.store, w, nil)
	if err != nil {
		return nil, err
	}
	entries, err := study.Entries(ctx, s.store)
	if err == nil {
		k.entries, k.trials = entries, trials
	}
	return entries, err
}

// trialState tells which runs represent the trials of a sweep, and their status.
func (s *Server) trialState(ctx context.Context, w store.Sweep) (string, error) {
	trials, err := s.store.SweepTrials(ctx, w.Number)
	var b strings.Builder
	fmt.Fprint(&b, w.UID)
	for _, t := range trials {
		if t.Run != nil {
			fmt.Fprintf(&b, " %d %s", t.Run.Number, t.Run.Status)
		} else if t.Deleted != 0 {
			fmt.Fprintf(&b, " %d deleted", t.Deleted)
		} else {
			fmt.Fprintf(&b, " %q", t.Problem)
		}
	}
	return b.String(), err
}

// sweepsPage lists sweeps.
type sweepsPage struct {
	frame
	Sweeps []sweepRow
}

type sweepRow struct {
	store.Sweep
	Done     store.TrialCount
	Finished int
	Question string
}

func (s *Server) listSweeps(r *http.Request) (reply, error) {
	ctx := r.Context()
	p := sweepsPage{frame: s.frame("Sweeps", "sweeps")}
	sweeps, err := s.store.Sweeps(ctx, "")
	if err != nil {
		return reply{}, err
	}
	running := false
	progress, err := s.store.SweepProgress(ctx)
	if err != nil {
		return reply{}, err
	}
	for _, w := range sweeps {
		done := progress[w.Number]
		p.Sweeps = append(p.Sweeps, sweepRow{Sweep: w, Done: done, Finished: done[store.Finished], Question: questionAbout(w)})
		running = running || done[store.Running] > 0
	}
	p.live(running)
	return reply{page: "sweeps", data: p}, nil
}

// questionAbout is the question that a sweep's experiment states; "" for none.
func questionAbout(w store.Sweep) string {
	var plan record.Plan
	_ = json.Unmarshal(w.Plan, &plan) // the report says what is wrong with a plan
	return strings.TrimSpace(plan.Question)
}

// sweepPage is one sweep.
type sweepPage struct {
	frame
	Sweep     store.Sweep
	Question  string
	Progress  []string // "12 of 20 trials finished", "1 running"
	Stoppable []int64  // runs
	Finished  int
	Headlines []string // the first lines of its answers
	Votes     []string
	Runs      string // address of its runs
	Grid      *document.Grid
}

// addresses tells a grid where pictures and runs are, and which have a star.
func (s *Server) addresses(ctx context.Context, d grid.Data) (*document.Grid, error) {
	marks, err := s.store.Marks(ctx)
	if err != nil {
		return nil, err
	}
	for i, c := range d.Cells {
		d.Cells[i].Star = marks[c.Run].Star
	}
	d.Thumb, d.Full, d.Page = "/thumb/", "/blob/", "/runs/"
	g := &document.Grid{Data: d, Scatter: len(d.Numbers) > 1}
	for _, c := range d.Cells[:min(len(d.Cells), mostPlain)] {
		if len(c.Pictures) == 0 {
			continue
		}
		link := fmt.Sprintf("/runs/%d", c.Run)
		g.Pictures = append(g.Pictures, document.GridPicture{
			Address: "/thumb/" + c.Pictures[len(c.Pictures)-1].Key, Link: link, Alt: d.Name(c), Note: fmt.Sprintf("run %d", c.Run),
		})
	}
	return g, nil
}

// described says which end of the numbers is better and what they are in words, where the runs are of no plan that does.
func (s *Server) described(d grid.Data) grid.Data {
	for i, n := range d.Numbers {
		if n.Better == "" {
			d.Numbers[i].Better = s.better(n.Name)
		}
		if n.Label == "" {
			d.Numbers[i].Label = s.label(n.Name)
		}
	}
	return d
}

// mostPlain is how many pictures a browser without scripts gets.
const mostPlain = 200

// sweepOf returns the sweep that an address names by its number.
func (s *Server) sweepOf(r *http.Request) (store.Sweep, error) {
	number, err := strconv.ParseInt(r.PathValue("sweep"), 10, 64)
	if err != nil {
		return store.Sweep{}, errNoPage
	}
	sweeps, err := s.store.Sweeps(r.Context(), "")
	if err != nil {
		return store.Sweep{}, err
	}
	for _, w := range sweeps {
		if w.Number == number {
			return w, nil
		}
	}
	return store.Sweep{}, &badRequest{http.StatusNotFound, fmt.Errorf("there is no sweep %d; the list of sweeps has all of them", number)}
}

func (s *Server) showSweep(r *http.Request) (reply, error) {
	w, err := s.sweepOf(r)
	if err != nil {
		return reply{}, err
	}
	ctx := r.Context()
	p := sweepPage{frame: s.frame(fmt.Sprintf("Sweep %d of %s", w.Number, w.Experiment), "sweeps"), Sweep: w, Question: questionAbout(w)}
	p.Runs = listing{Where: fmt.Sprintf("sweep = %d", w.Number), Page: 1}.Address()
	study, err := s.study(ctx, w)
	if err != nil {
		return reply{}, err
	}
	progress, err := s.store.SweepProgress(ctx)
	if err != nil {
		return reply{}, err
	}
	done := progress[w.Number]
	p.Progress = []string{fmt.Sprintf("%d of %s finished", done[store.Finished], sizes.Count(w.Trials, "trial"))}
	begun := done[store.Finished]
	for _, status := range store.Statuses() {
		if n := done[status]; n > 0 && status != store.Finished {
			p.Progress = append(p.Progress, fmt.Sprintf("%d %s", n, status))
			begun += n
		}
	}
	rest := w.Trials - begun
	if gone := min(study.Deleted(), rest); gone > 0 {
		p.Progress = append(p.Progress, fmt.Sprintf("%d deleted", gone))
		rest -= gone
	}
	if rest > 0 {
		p.Progress = append(p.Progress, fmt.Sprintf("%d not begun", rest))
	}
	p.Finished = done[store.Finished]
	if done[store.Running] > 0 {
		if p.Stoppable, err = s.stoppable(ctx, w); err != nil {
			return reply{}, err
		}
	}
	if study.Analysis != nil {
		p.Headlines = answers.Headlines(study.Analysis)
	}
	p.Votes = study.Votes()
	data, err := study.Grid(ctx, s.store)
	if err != nil {
		return reply{}, err
	}
	data.Vote = fmt.Sprintf("/vote/%d", w.Number)
	if p.Grid, err = s.addresses(ctx, data); err != nil {
		return reply{}, err
	}
	p.live(done[store.Running] > 0)
	return reply{page: "sweep", data: p}, nil
}

// stoppable are the runs of a sweep that this server can stop.
func (s *Server) stoppable(ctx context.Context, w store.Sweep) ([]int64, error) {
	if s.CanStop == nil {
		return nil, nil
	}
	trials, err := s.store.SweepTrials(ctx, w.Number)
	var runs []int64
	for _, t := range trials {
		if t.Run != nil && t.Run.Status == store.Running && s.CanStop(t.Run.Number) {
			runs = append(runs, t.Run.Number)
		}
	}
	return runs, err
}

// reportPage is a sweep's report without its pictures.
type reportPage struct {
	frame
	Report document.Document
	Sweep  int64
}

// showReport is the report of a sweep.
func (s *Server) showReport(r *http.Request) (reply, error) {
	w, err := s.sweepOf(r)
	if err != nil {
		return reply{}, err
	}
	d, err := s.report(r.Context(), w)
	return reply{page: "report", data: reportPage{s.frame("Answers of "+w.Experiment, "sweeps"), d, w.Number}}, err
}

// picturesPage is a grid of any runs.
type picturesPage struct {
	frame
	Listing listing
	Problem string
	Found   string
	Left    int // how many were left out
	Runs    string
	Grid    *document.Grid
}

// mostPictured is how many runs a grid has.
const mostPictured = 20_000

// showPictures is the grid of the runs that a filter selects.
func (s *Server) showPictures(r *http.Request) (reply, error) {
	p := picturesPage{frame: s.frame("Pictures", "pictures"), Listing: readListing(r.URL.Query())}
	p.Runs = p.Listing.Address()
	err := p.read(r.Context(), s)
	if p.Problem = problemOf(err); p.Problem != "" {
		err = nil
	}
	return reply{page: "pictures", data: p}, err
}

// read reads the grid. Errors: also those that problemOf tells.
func (p *picturesPage) read(ctx context.Context, s *Server) error {
	f, _, err := p.Listing.filter()
	if err != nil {
		return err
	}
	f.Limit, f.Offset, f.Damaged = mostPictured, 0, true
	runs, err := s.store.Runs(ctx, f)
	if err != nil {
		return err
	}
	count, err := s.store.Count(ctx, f)
	if err != nil {
		return err
	}
	p.Found, p.Left = sizes.Count(count, "run"), count-len(runs)
	if len(runs) == 0 {
		return nil
	}
	data, err := grid.OfRuns(ctx, s.store, runs)
	if err != nil {
		return err
	}
	if len(data.Axes) == 0 || slices.ContainsFunc(runs, func(r store.RunSummary) bool { return r.Experiment != runs[0].Experiment }) {
		data.X, data.Y = -1, -1 // settings of different experiments make few places with many runs each
		data.Free()
	}
	p.Grid, err = s.addresses(ctx, s.described(data))
	return err
}
