// Package queue divides the trials of a sweep among tasks on many hosts by files in a folder
// that all of them see. There is no server and there are no locks: every file is created once,
// whole, under a name that only one creator can have, and never changed. See docs/design/021-slurm.md.
//
// An attempt at a trial begins with its claim, claims/N.T: number N of the trial, number T of the
// attempt, from 1. It has ended when done/N.T exists, which is either its result or a fence, an
// empty result by someone who found its task over: whoever creates it first decides. An
// attempt without a result is marked lost/N.T, and the trial can be claimed again. published/N.T, the
// same file as done/N.T, says that a published copy of a store has its run; then it is the result of the trial.
package queue

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"runexp/internal/atomicfile"
)

// The names in the folder of a sweep.
const (
	PlanFile   = "plan.json"
	ConfigFile = "sweep.yaml"
	TasksDir   = "tasks"

	trialsDir    = "trials"
	claimsDir    = "claims"
	doneDir      = "done"
	lostDir      = "lost"
	publishedDir = "published"
	pruneDir     = "prune"
	stopFile     = "stop"
)

// A Trial is a frozen trial.
type Trial struct {
	Number int             `json:"number"` // from 0
	Hash   string          `json:"hash"`
	Config string          `json:"config"` // YAML that runs the trial alone
	Point  json.RawMessage `json:"point"`  // a record.Point
	Text   string          `json:"text"`   // its settings, for people

	Bytes   int64   `json:"bytes"`             // predicted peak memory
	Seconds float64 `json:"seconds,omitempty"` // predicted time at most; 0 if it is not known
}

// A Queue is the folder of a sweep. What is final in it is remembered, so that looking again
// lists folders and reads few files. It may be used by several goroutines.
type Queue struct {
	dir  string
	disk disk

	mu       sync.Mutex
	states   map[int]*state
	order    []int // numbers of trials, ascending
	next     int   // index in order: the trials before it cannot be taken
	lost     int   // attempts
	looked   time.Time
	foreign  map[string]error
	claims   map[id]Claim  // that were read
	results  map[id]Result // that were read
	problems map[id]problem
}

// Create creates the folder of a sweep with its config and its plan, a JSON value that the tasks
// read. A folder that has a plan is an error, fs.ErrExist.
func Create(dir string, config []byte, plan any) (*Queue, error) {
	for _, name := range []string{trialsDir, claimsDir, doneDir, lostDir, publishedDir, pruneDir, TasksDir} {
		if err := atomicfile.MkdirAll(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	q := newQueue(dir)
	data, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("plan: %w", err)
	}
	if err := q.disk.create(q.path(ConfigFile), config); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return q, q.disk.create(q.path(PlanFile), data) // last: with it the folder is complete
}

// Open opens the folder of a sweep. Errors: a folder without a plan.
func Open(dir string) (*Queue, error) {
	if _, err := os.Stat(filepath.Join(dir, PlanFile)); err != nil {
		return nil, fmt.Errorf("%s is not the folder of a sweep: %w", dir, err)
	}
	return newQueue(dir), nil
}

func newQueue(dir string) *Queue {
	return &Queue{dir: dir, states: map[int]*state{}, foreign: map[string]error{}, claims: map[id]Claim{}, results: map[id]Result{}, problems: map[id]problem{}}
}

// Dir returns the folder.
func (q *Queue) Dir() string { return q.dir }

// TaskDir returns the folder that a task alone writes.
func (q *Queue) TaskDir(t Task) string { return filepath.Join(q.dir, TasksDir, t.String()) }

// Plan reads the plan that was given to Create.
func (q *Queue) Plan(to any) error { return q.disk.readJSON(q.path(PlanFile), to) }

// Config reads the sweep's config.
func (q *Queue) Config() ([]byte, error) { return q.disk.read(q.path(ConfigFile)) }

// Add adds trials. One that is there already must have the same hash.
func (q *Queue) Add(trials ...Trial) error {
	for _, t := range trials {
		data, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("trial %d: %w", t.Number, err)
		}
		err = q.disk.create(q.trialPath(t.Number), data)
		if errors.Is(err, fs.ErrExist) {
			var there Trial
			if there, err = q.Trial(t.Number); err == nil && there.Hash != t.Hash {
				err = fmt.Errorf("%s is another trial; give the experiment another name (experiment=NAME)", q.trialPath(t.Number))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Trial reads a trial.
func (q *Queue) Trial(number int) (Trial, error) {
	var t Trial
	err := q.disk.readJSON(q.trialPath(number), &t)
	if err == nil && (t.Number != number || t.Hash == "" || t.Config == "") {
		err = damaged(q.trialPath(number), errors.New("it is not this trial"))
	}
	return t, err
}

// Trials lists the numbers of the trials, ascending.
func (q *Queue) Trials() ([]int, error) {
	if err := q.Look(); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.order), nil
}

func (q *Queue) path(name string) string { return filepath.Join(q.dir, name) }

func (q *Queue) trialPath(number int) string {
	return filepath.Join(q.dir, trialsDir, strconv.Itoa(number)+".json")
}

func (q *Queue) prunePath(number int) string {
	return filepath.Join(q.dir, pruneDir, strconv.Itoa(number))
}

// An id names an attempt.
type id struct{ trial, attempt int }

func (a id) String() string { return strconv.Itoa(a.trial) + "." + strconv.Itoa(a.attempt) }

// file returns the path of an attempt's file in a folder of the queue.
func (q *Queue) file(folder string, a id) string { return filepath.Join(q.dir, folder, a.String()) }
