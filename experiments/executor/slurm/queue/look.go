package queue

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A state is what the names of files say about a trial: the newest attempt that is in each folder.
type state struct {
	planned                  bool
	claimed, lost, published int
	pruned                   bool
}

// free reports whether the trial can be claimed.
func (s *state) free() bool { return s.planned && s.claimed == s.lost && !s.pruned }

// done reports whether the trial has a result that counts.
func (s *state) done() bool { return s.claimed > s.lost && s.published == s.claimed }

// running reports whether the newest attempt may still get a result.
func (s *state) running() bool { return s.claimed > s.lost && s.published < s.claimed }

// Look lists the folders, so that the next calls know what others did.
func (q *Queue) Look() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.look()
}

// look is Look; q.mu is held.
func (q *Queue) look() error {
	began := time.Now()
	q.foreign = map[string]error{}
	if err := q.listNumbers(trialsDir, ".json", func(s *state) { s.planned = true }); err != nil {
		return err
	}
	if err := q.listNumbers(pruneDir, "", func(s *state) { s.pruned = true }); err != nil {
		return err
	}
	if err := q.listAttempts(publishedDir, func(s *state, attempt int) { s.published = max(s.published, attempt) }); err != nil {
		return err
	}
	lost := 0
	if err := q.listAttempts(lostDir, func(s *state, attempt int) { s.lost = max(s.lost, attempt); lost++ }); err != nil {
		return err
	}
	if err := q.listAttempts(claimsDir, func(s *state, attempt int) { s.claimed = max(s.claimed, attempt) }); err != nil {
		return err
	}
	for _, s := range q.states {
		s.claimed = max(s.claimed, s.lost, s.published) // a folder may be listed from a cache
	}
	q.lost = lost
	q.order = q.order[:0]
	for _, number := range slices.Sorted(maps.Keys(q.states)) {
		if q.states[number].planned {
			q.order = append(q.order, number)
		}
	}
	q.next, q.looked = 0, began
	return nil
}

// listNumbers calls see for each file of a folder that is named after a trial.
func (q *Queue) listNumbers(folder, extension string, see func(*state)) error {
	names, err := q.disk.names(q.path(folder))
	for _, name := range names {
		base, has := strings.CutSuffix(name, extension)
		number, ok := natural(base, 0)
		if !has || !ok {
			q.report(folder, name)
			continue
		}
		see(q.state(number))
	}
	return err
}

// listAttempts calls see for each file of a folder that is named after an attempt.
func (q *Queue) listAttempts(folder string, see func(s *state, attempt int)) error {
	names, err := q.disk.names(q.path(folder))
	for _, name := range names {
		a, ok := parseID(name)
		if !ok {
			q.report(folder, name)
			continue
		}
		see(q.state(a.trial), a.attempt)
	}
	return err
}

func (q *Queue) state(trial int) *state {
	s, known := q.states[trial]
	if !known {
		s = &state{}
		q.states[trial] = s
	}
	return s
}

// parseID is the inverse of id.String.
func parseID(name string) (a id, ok bool) {
	trial, attempt, _ := strings.Cut(name, ".")
	a.trial, ok = natural(trial, 0)
	var too bool
	a.attempt, too = natural(attempt, 1)
	return a, ok && too
}

// natural parses a number from least on, as strconv.Itoa writes it.
func natural(text string, least int) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= least && strconv.Itoa(n) == text
}

func (q *Queue) report(folder, name string) {
	path := filepath.Join(q.dir, folder, name)
	q.foreign[path] = damaged(path, errors.New("its name is not one of the queue's"))
}

// Problems returns what the last look found that does not belong into the folder; it is left out otherwise.
func (q *Queue) Problems() []error {
	q.mu.Lock()
	defer q.mu.Unlock()
	var problems []error
	for _, path := range slices.Sorted(maps.Keys(q.foreign)) {
		problems = append(problems, q.foreign[path])
	}
	return problems
}
