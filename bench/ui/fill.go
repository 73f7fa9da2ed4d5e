package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"time"

	"runexp"
	"runexp/experiments"
	"runexp/experiments/plan"
	"runexp/framework/compute"
	"runexp/framework/store"
)

// A size is what a store is made of.
type size struct {
	runs int
	rows int // values of metrics in a run that finishes
	seed uint64
}

// A total counts what was written.
type total struct {
	made, sweeps, values int
	planning             time.Duration
}

// makeStore makes the store at path, which must not exist, and prints what is in it.
func makeStore(ctx context.Context, path string, n size, stdout, stderr io.Writer) (err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Errorf("%s exists; give the name of a new file", path)}
	}
	begin := time.Now()
	s, err := store.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	engine, err := compute.NewEngine(compute.Options{Threads: 1})
	if err != nil {
		return err
	}
	defer engine.Close()
	f := filler{Store: s, size: n, album: album{}, images: map[string][]byte{}}
	planner := plan.NewPlanner(runexp.Builtin(), engine)
	for round := 0; f.made < n.runs; round++ {
		if err := f.round(ctx, planner, round); err != nil {
			return err
		}
		fmt.Fprintf(stderr, "%d of %d runs after %v\n", f.made, n.runs, time.Since(begin).Round(time.Second))
	}
	// Runs without an end are those of a process that died, once this one has ended.
	if err := s.Close(); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %d runs, %d sweeps, %d values of metrics, %.0f MB, made in %v (planning %v)\n",
		path, f.made, f.sweeps, f.values, float64(info.Size())/1e6, time.Since(begin).Round(time.Second), f.planning.Round(time.Second))
	return err
}

// A filler adds runs to a store.
type filler struct {
	*store.Store
	size
	total
	album  album
	images map[string][]byte // of the album, as PNG files
}

// round adds a sweep and single runs or, at the end, what is missing of them.
func (f *filler) round(ctx context.Context, planner *plan.Planner, round int) error {
	left := f.runs - f.made
	inSweep := min(trialsOfSweep, (2*left+4)/5)
	alone := min(runsOfRound-trialsOfSweep, left-inSweep)
	begin := time.Now()
	swept, jobs, err := sweeps()[round%len(sweeps())].plan(ctx, planner, runexp.Builtin(), round, inSweep)
	if err != nil {
		return err
	}
	jobs = jobs[:inSweep]
	if alone > 0 {
		_, more, err := singles()[round%len(singles())].plan(ctx, planner, runexp.Builtin(), round, alone)
		if err != nil {
			return err
		}
		jobs = append(jobs, more[:alone]...)
	}
	if _, err := experiments.Record(ctx, swept, f.Store); err != nil {
		return err
	}
	f.sweeps++
	f.planning += time.Since(begin)
	for _, j := range jobs {
		for _, path := range j.inputs() {
			if err := f.add(path); err != nil {
				return err
			}
		}
	}
	return f.write(ctx, jobs, inSweep)
}

// add adds an image of a pair to the album.
func (f *filler) add(path string) error {
	if f.images[path] != nil {
		return nil
	}
	err := f.album.add(path)
	if err == nil {
		f.images[path], err = f.album.png(path)
	}
	return err
}

// write records the runs of jobs, the first of them those of the sweep, while other
// goroutines paint the pictures of those to come.
func (f *filler) write(ctx context.Context, jobs []job, inSweep int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	type painting struct {
		invented invented
		err      error
	}
	first := f.made + 1
	queue := make(chan chan painting, 2*runtime.GOMAXPROCS(0))
	go func() {
		defer close(queue)
		for i, j := range jobs {
			done := make(chan painting, 1)
			select {
			case queue <- done:
			case <-ctx.Done():
				return
			}
			number := first + i
			go func() {
				made, err := invent(j, f.size, number, i < inSweep, f.album)
				done <- painting{made, err}
			}()
		}
	}()
	for _, j := range jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		made := <-<-queue
		if made.err != nil {
			return made.err
		}
		if err := f.record(ctx, j, made.invented); err != nil {
			return err
		}
	}
	return nil
}
