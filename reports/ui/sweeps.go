package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/answers"
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
		k.study, k.state = study, state
	}
	return study, err
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
	Done     map[store.Status]int
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
	for _, w := range sweeps {
		done, err := s.store.SweepProgress(ctx, w.Number)
		if err != nil {
			return reply{}, err
		}
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
	Progress  []string // "12 finished"
	Finished  int
	Headlines []string // the first lines of its answers
	Votes     []string
	Runs      string // address of its runs
	Newest    bool
}

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
	done, err := s.store.SweepProgress(ctx, w.Number)
	if err != nil {
		return reply{}, err
	}
	begun := 0
	for _, status := range store.Statuses() {
		if n := done[status]; n > 0 {
			p.Progress = append(p.Progress, fmt.Sprintf("%d %s", n, status))
			begun += n
		}
	}
	if rest := w.Trials - begun; rest > 0 {
		p.Progress = append(p.Progress, fmt.Sprintf("%d not begun", rest))
	}
	p.Finished = done[store.Finished]
	if study.Analysis != nil {
		p.Headlines = answers.Headlines(study.Analysis)
	}
	p.Votes = study.Votes()
	p.live(done[store.Running] > 0)
	return reply{page: "sweep", data: p}, nil
}

// showReport is the whole report of a sweep.
func (s *Server) showReport(r *http.Request) (reply, error) {
	w, err := s.sweepOf(r)
	if err != nil {
		return reply{}, err
	}
	if _, err = s.study(r.Context(), w); err != nil {
		return reply{}, err
	}
	return reply{}, errNoPage
}
