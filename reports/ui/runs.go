package ui

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/framework/store/search"
	"runexp/reports"
)

// runsPage is the list of runs.
type runsPage struct {
	frame
	Listing   listing
	Problem   string   // of the filter
	Notes     []string // what to mind about its numbers
	SortByRun string   // address
	Columns   []column
	Rows      []row
	Total     int
	Found     string // "12 runs"
	From, To  int
	Previous  string // addresses of the pages before and after; "" for none
	Next      string
	Fields    []choice // what a column may be
	Tags      []store.TagCount
	Pictures  string // address of the pictures of all these runs
	Fewest    int    // how many are compared
	Most      int
}

// A column of a list.
type column struct {
	Name, Title string
	Order       string // ascending or descending; "" for none
	SortBy      string // address
	Without     string // address without it
	Numeric     bool
}

// A choice is a field that may be a column.
type choice struct {
	Name  string
	Shown bool
}

// A row is a run in a list.
type row struct {
	store.RunSummary
	Marks  store.Marks
	Flaw   *record.Flaw
	Result *store.StoredArtifact // its picture; nil for none
	Cells  []any
}

// listRuns is the first page.
func (s *Server) listRuns(r *http.Request) (reply, error) {
	p := runsPage{frame: s.frame("Runs", "runs"), Listing: readListing(r.URL.Query()), Fewest: fewestCompared, Most: mostCompared}
	err := p.read(r.Context(), s)
	if p.Problem = problemOf(err); p.Problem != "" {
		p.Rows, err = nil, nil
	}
	return reply{page: "runs", data: p}, err
}

// read reads the page of the list. Errors: also those that problemOf tells.
func (p *runsPage) read(ctx context.Context, s *Server) error {
	known, err := s.store.Fields(ctx)
	if err != nil {
		return err
	}
	p.choices(known)
	if p.Tags, err = s.store.Tags(ctx); err != nil {
		return err
	}
	f, fields, err := p.Listing.filter()
	if err != nil {
		return err
	}
	f.Damaged = true
	count, err := s.store.Count(ctx, f)
	if err != nil {
		return err
	}
	runs, err := s.store.Runs(ctx, f)
	if err != nil {
		return err
	}
	if p.Rows, err = s.rows(ctx, runs, fields); err != nil {
		return err
	}
	p.Total = count
	p.columns(fields)
	if err := p.notes(ctx, s, f, runs); err != nil {
		return err
	}
	p.pages()
	running, err := s.store.Runs(ctx, store.Filter{Status: store.Running, Limit: 1, Damaged: true})
	p.live(len(running) > 0)
	return err
}

// rows reads what a list shows of runs.
func (s *Server) rows(ctx context.Context, runs []store.RunSummary, fields []search.Field) ([]row, error) {
	if len(runs) == 0 {
		return nil, nil
	}
	var numbers []int64
	for _, run := range runs {
		numbers = append(numbers, run.Number)
	}
	marks, err := s.store.Marks(ctx, numbers...)
	if err != nil {
		return nil, err
	}
	results, err := s.store.Results(ctx, numbers)
	if err != nil {
		return nil, err
	}
	values, err := s.store.Values(ctx, numbers, append(slices.Clone(fields), search.Field{Name: "flaw"}))
	if err != nil {
		return nil, err
	}
	var list []row
	for _, run := range runs {
		one := row{RunSummary: run, Marks: marks[run.Number]}
		if picture, has := results[run.Number]; has && picture.Hash != "" {
			one.Result = &picture
		}
		of := values[run.Number]
		if len(of) == 0 { // it was erased meanwhile
			continue
		}
		if flaw, has := of[len(fields)].(string); has {
			one.Flaw = &record.Flaw{Flaw: flaw}
		}
		for i, f := range fields {
			one.Cells = append(one.Cells, shown(run, f, of[i]))
		}
		list = append(list, one)
	}
	return list, nil
}

// shown is a value as a list shows it.
func shown(run store.RunSummary, f search.Field, value any) any {
	if f.Kind != search.Attribute {
		return value
	}
	switch f.Name {
	case "run":
		return fmt.Sprint(run.Number)
	case "status": // as of the row, which was read at once
		return string(run.Status)
	case "started":
		return run.Started
	case "seconds":
		return run.Elapsed
	case "star":
		if value == 1.0 {
			return "★"
		}
		return nil
	case "content", "style":
		if path, is := value.(string); is {
			return path[strings.LastIndex(path, "/")+1:]
		}
	case "uid":
		return run.UID.Short()
	}
	return value
}

// notes says what to mind about the numbers by which the page is filtered or ordered.
func (p *runsPage) notes(ctx context.Context, s *Server, f store.Filter, runs []store.RunSummary) error {
	used := search.Fields(f.Where)
	for _, o := range f.Order {
		used = append(used, o.Field)
	}
	if slices.ContainsFunc(used, func(f search.Field) bool { return f.Kind == search.Metric && strings.HasPrefix(f.Name, "eval/") }) {
		note, err := s.scorersOf(ctx, runs)
		if err != nil {
			return err
		}
		p.add(note)
	}
	if !slices.ContainsFunc(used, isLoss) {
		return nil
	}
	differ, err := reports.LossesDiffer(ctx, s.store, runs)
	if differ {
		p.add(lossesDiffer)
	}
	return err
}

// add adds a note; "" is none.
func (p *runsPage) add(note string) {
	if note != "" {
		p.Notes = append(p.Notes, note)
	}
}

// lossesDiffer is said of losses that do not compare.
const lossesDiffer = "The losses of these runs have different terms, weights, settings or backbones, so their values do not compare; those of metrics.eval/… do if the scorer is one."

// isLoss reports whether a field is a loss.
func isLoss(f search.Field) bool {
	return f == search.Field{Name: "loss"} || f.Kind == search.Metric && strings.HasPrefix(f.Name, "loss/")
}

// scorersOf says that scores do not compare, if they are of several scorers; "" if of one.
func (s *Server) scorersOf(ctx context.Context, runs []store.RunSummary) (string, error) {
	var numbers []int64
	for _, run := range runs {
		numbers = append(numbers, run.Number)
	}
	values, err := s.store.Values(ctx, numbers, []search.Field{{Name: "scorer"}})
	found := map[string]bool{}
	for _, of := range values {
		if hash, has := of[0].(string); has {
			found[hash] = true
		}
	}
	if len(found) < 2 {
		return "", err
	}
	return fmt.Sprintf("The scores on this page are of %d scorers, and those of different ones do not compare: add scorer = %s, say, to the filter.", len(found), slices.Sorted(maps.Keys(found))[0]), err
}

// columns describes the columns.
func (p *runsPage) columns(fields []search.Field) {
	var names []string
	for _, f := range fields {
		names = append(names, f.String())
	}
	p.SortByRun = p.Listing.sorted("run").Address()
	for i, f := range fields {
		c := column{Name: names[i], Title: f.Name, SortBy: p.Listing.sorted(names[i]).Address()}
		if f.Kind == search.Metric {
			c.Title = names[i]
		}
		if len(p.Listing.Sort) > 0 {
			switch p.Listing.Sort[0] {
			case c.Name:
				c.Order = "ascending"
			case "-" + c.Name:
				c.Order = "descending"
			}
		}
		for _, one := range p.Rows {
			c.Numeric = c.Numeric || numeric(one.Cells[i])
		}
		rest := p.Listing
		rest.Columns = slices.Delete(slices.Clone(names), i, i+1)
		c.Without = rest.Address()
		p.Columns = append(p.Columns, c)
	}
}

// choices are what may be a column, with those that are.
func (p *runsPage) choices(known []search.Field) {
	var chosen []string
	for _, name := range p.Listing.columns() {
		if f, err := search.ParseField(name); err == nil {
			name = f.String()
		}
		chosen = append(chosen, name)
	}
	for _, f := range known {
		p.Fields = append(p.Fields, choice{f.String(), slices.Contains(chosen, f.String())})
	}
	for _, name := range chosen { // a short form of a path
		if !slices.ContainsFunc(p.Fields, func(c choice) bool { return c.Name == name }) {
			p.Fields = append(p.Fields, choice{name, true})
		}
	}
}

// pages describes which of the runs are on the page.
func (p *runsPage) pages() {
	p.Found = sizes.Count(p.Total, "run")
	p.From, p.To = (p.Listing.Page-1)*pageLength+1, (p.Listing.Page-1)*pageLength+len(p.Rows)
	if p.Listing.Page > 1 {
		p.Previous = p.Listing.at(p.Listing.Page - 1).Address()
	}
	if p.To < p.Total && len(p.Rows) > 0 {
		p.Next = p.Listing.at(p.Listing.Page + 1).Address()
	}
	p.Pictures = "/pictures" + p.Listing.at(1).query()
}

// experimentsPage is the list of experiments.
type experimentsPage struct {
	frame
	Experiments []experiment
}

// An experiment, with how its runs ended.
type experiment struct {
	Name     string
	Runs     int
	Statuses []string // "3 failed"
	Last     time.Time
	Sweeps   []store.Sweep
	Results  []resultOf // of the newest runs
	Address  string     // of its runs
}

// A resultOf is a run's picture.
type resultOf struct {
	Run int64
	store.StoredArtifact
}

// mostResults is how many pictures a row of the list of experiments has.
const mostResults = 6

func (s *Server) listExperiments(r *http.Request) (reply, error) {
	ctx := r.Context()
	p := experimentsPage{frame: s.frame("Experiments", "experiments")}
	runs, err := s.store.Runs(ctx, store.Filter{Damaged: true})
	if err != nil {
		return reply{}, err
	}
	sweeps, err := s.store.Sweeps(ctx, "")
	if err != nil {
		return reply{}, err
	}
	at, statuses, newest := map[string]int{}, map[string]map[store.Status]int{}, map[string][]int64{}
	add := func(name string) *experiment {
		if _, known := at[name]; !known {
			at[name], statuses[name] = len(p.Experiments), map[store.Status]int{}
			where := search.Field{Name: "experiment"}.String() + ` = "` + strings.ReplaceAll(name, `"`, `""`) + `"`
			p.Experiments = append(p.Experiments, experiment{Name: name, Address: listing{Where: where, Page: 1}.Address()})
		}
		return &p.Experiments[at[name]]
	}
	running := false
	for _, run := range runs { // newest first
		e := add(run.Experiment)
		if e.Runs++; e.Last.IsZero() {
			e.Last = run.Started
		}
		statuses[e.Name][run.Status]++
		running = running || run.Status == store.Running
		if len(newest[e.Name]) < mostResults {
			newest[e.Name] = append(newest[e.Name], run.Number)
		}
	}
	for _, w := range sweeps {
		e := add(w.Experiment)
		e.Sweeps = append(e.Sweeps, w)
	}
	for i := range p.Experiments {
		e := &p.Experiments[i]
		for _, status := range store.Statuses() {
			if n := statuses[e.Name][status]; n > 0 {
				e.Statuses = append(e.Statuses, fmt.Sprintf("%d %s", n, status))
			}
		}
		results, err := s.store.Results(ctx, newest[e.Name])
		if err != nil {
			return reply{}, err
		}
		for _, run := range newest[e.Name] {
			if a, has := results[run]; has && a.Hash != "" {
				e.Results = append(e.Results, resultOf{run, a})
			}
		}
	}
	p.live(running)
	return reply{page: "experiments", data: p}, nil
}
