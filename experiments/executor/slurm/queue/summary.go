package queue

import "errors"

// A Summary counts the trials of a sweep by state, and its attempts without result.
type Summary struct {
	Trials  int
	Queued  int
	Pruned  int     // before they were claimed
	Running []Claim // in order of trials; those too whose task is over and nobody has noticed yet
	Done    int     // with a result, failures too
	Lost    int     // attempts
}

// Left is the number of trials that have no result yet and are to have one.
func (s Summary) Left() int { return s.Queued + len(s.Running) }

// Summary looks and counts. Damaged claims count as running, of no task, and are the error.
func (q *Queue) Summary() (Summary, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.look(); err != nil {
		return Summary{}, err
	}
	sum := Summary{Trials: len(q.order), Lost: q.lost}
	var problems []error
	for _, number := range q.order {
		switch s := q.states[number]; {
		case s.done():
			sum.Done++
		case s.running():
			c, err := q.claimOf(id{number, s.claimed})
			if err != nil {
				c.Trial, c.Attempt = number, s.claimed
				problems = append(problems, err)
			}
			sum.Running = append(sum.Running, c)
		case s.pruned:
			sum.Pruned++
		default:
			sum.Queued++
		}
	}
	return sum, errors.Join(problems...)
}

// Results looks and returns the results that count, in order of trials; each is read once. Their runs are in
// published copies. Damaged ones are left out, and are the error.
func (q *Queue) Results() ([]Result, error) {
	done, err := q.doneAttempts()
	if err != nil {
		return nil, err
	}
	var list []Result
	var problems []error
	for _, a := range done {
		r, err := q.result(a)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		list = append(list, r)
	}
	return list, errors.Join(problems...)
}

func (q *Queue) doneAttempts() (done []id, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if err := q.look(); err != nil {
		return nil, err
	}
	for _, number := range q.order {
		if s := q.states[number]; s.done() {
			done = append(done, id{number, s.claimed})
		}
	}
	return done, nil
}
