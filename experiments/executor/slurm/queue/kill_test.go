package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"runexp/framework/store"
)

// pause is between looks at the claims of others.
const pause = 10 * time.Millisecond

var errKilled = errors.New("killed")

// A cluster has tasks whose lives end between any two file operations, or seem to and go on later. Its
// stores survive their lives.
type cluster struct {
	mu       sync.Mutex
	lives    map[Life]bool
	stores   map[Task]map[store.UID]run
	finished map[int][]store.UID // by trial: runs whose end was recorded
	stale    int                 // lives that went on after they were over
}

type run struct {
	trial int
	ended bool
}

func (c *cluster) alive(context.Context) (map[Life]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lives := map[Life]bool{}
	for l := range c.lives {
		lives[l] = true
	}
	return lives, nil
}

func (c *cluster) recover(_ context.Context, claim Claim, r Result) (bool, error) {
	c.end(claim.Task, r.Run)
	return true, nil
}

func (c *cluster) set(l Life, alive bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.lives, l)
	if alive {
		c.lives[l] = true
	}
}

// begin records a new run of a trial in a task's store.
func (c *cluster) begin(t Task, trial int) store.UID {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stores[t] == nil {
		c.stores[t] = map[store.UID]run{}
	}
	uid := store.NewUID()
	c.stores[t][uid] = run{trial: trial}
	return uid
}

// end records the end of a run.
func (c *cluster) end(t Task, uid store.UID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.stores[t][uid]; !r.ended {
		r.ended = true
		c.stores[t][uid] = r
		c.finished[r.trial] = append(c.finished[r.trial], uid)
	}
}

// live is one life of a task, until there is nothing left or it is killed.
func (c *cluster) live(q *Queue, l Life, random *rand.Rand, deadly bool) error {
	q.disk.before = c.fate(l, random, deadly)
	w, err := q.Join(l, "node")
	if err != nil {
		return err
	}
	claims, err := w.Adopt(context.Background(), c.recover)
	if err != nil {
		return err
	}
	for {
		for _, claim := range claims {
			if err := c.attempt(w, claim); err != nil {
				return err
			}
		}
		claim, ok, err := w.Take()
		if err != nil {
			return err
		}
		claims = []Claim{claim}
		if ok {
			continue
		}
		claims = nil
		lost, open, err := w.Reap(context.Background(), c.alive, c.recover)
		if err != nil {
			return err
		}
		if lost+open == 0 {
			return w.Leave()
		}
		time.Sleep(pause)
	}
}

func (c *cluster) attempt(w *Worker, claim Claim) error {
	uid := c.begin(w.Task, claim.Trial)
	err := w.Finish(claim, Result{Run: uid, Status: store.Finished, Store: "1.db"})
	if errors.Is(err, ErrFenced) {
		return w.Lose(claim, "fenced")
	}
	if err != nil {
		return err
	}
	c.end(w.Task, uid)
	return w.Publish(claim)
}

// fate ends a life before one of its file operations: for good, or it only seems so and the life goes on
// later, when others have begun again.
func (c *cluster) fate(l Life, random *rand.Rand, deadly bool) func() error {
	if !deadly {
		return nil
	}
	var dead error
	left := 1 + random.IntN(30)
	return func() error {
		if left--; left == 0 {
			c.set(l, false)
			if random.IntN(2) == 0 {
				dead = errKilled
			} else {
				c.mu.Lock()
				c.stale++
				c.mu.Unlock()
				for range random.IntN(300) {
					runtime.Gosched()
				}
			}
		}
		return dead
	}
}

// Whatever becomes of tasks, each trial is done once, and no other attempt at it has a run that has ended.
func TestEachTrialIsDoneOnce(t *testing.T) {
	const tasks, trials, restarts = 12, 120, 8
	stale, lost := 0, 0
	for seed := range uint64(12) {
		q := newTest(t, trials)
		c := &cluster{lives: map[Life]bool{}, stores: map[Task]map[store.UID]run{}, finished: map[int][]store.UID{}}
		var wait sync.WaitGroup
		for index := range tasks {
			wait.Go(func() {
				random := rand.New(rand.NewPCG(seed, uint64(index)))
				task := Task{int64(7 + index%2), index / 2} // submitted twice
				for restart := range restarts {
					l := Life{task, restart}
					own, err := Open(q.Dir())
					if err != nil {
						t.Error(err)
						return
					}
					c.set(l, true)
					err = c.live(own, l, random, restart < restarts-1)
					c.set(l, false)
					if err == nil {
						return
					}
					if !errors.Is(err, errKilled) {
						t.Errorf("seed %d, %v: %v", seed, l, err)
						return
					}
				}
			})
		}
		wait.Wait()
		if _, _, err := q.Reap(t.Context(), alive(), c.recover); err != nil { // as a command does
			t.Fatal(err)
		}
		check(t, q, c, fmt.Sprintf("seed %d", seed), trials)
		sum, err := q.Summary()
		if err != nil {
			t.Fatal(err)
		}
		stale, lost = stale+c.stale, lost+sum.Lost
	}
	if stale < 50 || lost < 25 {
		t.Errorf("%d lives went on and %d attempts were lost: the test does not test it", stale, lost)
	}
}

func check(t *testing.T, q *Queue, c *cluster, name string, trials int) {
	t.Helper()
	results, err := q.Results()
	if err != nil || len(results) != trials {
		t.Fatalf("%s: %d results, %v", name, len(results), err)
	}
	for i, r := range results {
		if r.Trial != i || !slices.Equal(c.finished[i], []store.UID{r.Run}) {
			t.Errorf("%s: the result of trial %d is %v, and runs that have ended are %v", name, i, r.Run, c.finished[i])
		}
	}
	if problems := q.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}

// A sweep of 10,000 trials on 100 tasks.
func TestManyTrialsAndTasks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const tasks, trials = 100, 10_000
	q := newTest(t, trials)
	c := &cluster{lives: map[Life]bool{}, stores: map[Task]map[store.UID]run{}, finished: map[int][]store.UID{}}
	var wait sync.WaitGroup
	for index := range tasks {
		l := Life{Task{7, index}, 0}
		c.set(l, true)
		wait.Go(func() {
			own, err := Open(q.Dir())
			if err == nil {
				err = c.live(own, l, nil, false)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	began := time.Now()
	wait.Wait()
	t.Logf("%d trials on %d tasks took %v", trials, tasks, time.Since(began).Round(time.Millisecond))
	check(t, q, c, "all", trials)
}
