package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
)

// A Merged says what a merge took from another store. What was there already is not counted.
type Merged struct {
	Runs      int   // new ones
	Continued int   // runs that were there, and are further in the other store
	Same      int   // runs that were there, as far or further
	Sweeps    int   // new ones
	Trials    int   // new ones
	Pictures  int   // new contents
	Bytes     int64 // of those
	Marks     int   // runs whose marks changed
	Votes     int   // new or changed
	// Damaged are the uids of runs that were left out, because a content of theirs is not what
	// its hash says.
	Damaged []UID
}

// batchSize bounds how much one transaction of a merge writes, in bytes: other processes can
// write in between, and the log stays small. A run is never divided.
const batchSize = 32 << 20

// Merge takes everything from the store at path that this one lacks. Runs, sweeps and
// questions are the same if their uids are, experiments and metrics if their names are, contents
// and scorers if their hashes are. Of a run in both the one that is further counts, of marks and votes those
// that were changed last. Contents are checked against their hashes. See
// docs/design/019-merge.md.
//
// A second merge of the same store changes nothing. If ctx is cancelled, or the process ends, each run
// is there whole or not at all, and another merge does the rest. The other store is not changed.
//
// Errors: ErrSameStore; *SourceError for the other store; those of a write.
func (s *Store) Merge(ctx context.Context, path string) (Merged, error) {
	return s.merge(ctx, path, batchSize, func() error { return context.Cause(ctx) })
}

// merge is Merge with transactions of a given size, and ends where next, called before each, returns an error.
func (s *Store) merge(ctx context.Context, path string, batch int64, next func() error) (Merged, error) {
	if other, err := os.Stat(path); err == nil {
		if own, err := os.Stat(s.Path()); err == nil && os.SameFile(own, other) {
			return Merged{}, &SourceError{path, ErrSameStore}
		}
	}
	total := Merged{}
	for _, copied := range []bool{false, true} {
		src, err := openSource(ctx, path, copied)
		if err != nil {
			return total, err
		}
		m := merger{store: s, source: src, batch: batch, next: next, done: &total}
		err = m.run(ctx)
		src.close()
		if !errors.Is(err, errUnsteady) {
			return total, err
		}
	}
	return total, &SourceError{path, ErrBusy}
}

// errUnsteady: somebody began to write to a source that was read where it is.
var errUnsteady = errors.New("the store has changed while it was read")

// A merger merges one source, attached to the writer's connection under the name source. Its
// temporary tables have a row for each id of the source, with the one that it has here.
type merger struct {
	store  *Store
	source *source
	batch  int64
	next   func() error
	done   *Merged
}

func (m *merger) run(ctx context.Context) (err error) {
	if err := m.exec(ctx, `ATTACH ? AS source`, address(m.source.file, frozen)); err != nil {
		return &SourceError{m.source.path, err}
	}
	defer func() { err = errors.Join(err, m.exec(context.WithoutCancel(ctx), `DETACH source`)) }()
	if err := m.write(ctx, shared); err != nil {
		return err
	}
	batches, err := m.batches(ctx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if err := m.write(ctx, b.merge); err != nil {
			return err
		}
	}
	return m.write(ctx, links)
}

// exec runs a statement outside of a transaction.
func (m *merger) exec(ctx context.Context, statement string, args ...any) error {
	return m.store.retry(ctx, func() error {
		m.store.swap.RLock()
		defer m.store.swap.RUnlock()
		if m.store.writer == nil {
			return ErrReadOnly
		}
		_, err := m.store.writer.ExecContext(context.WithoutCancel(ctx), statement, args...)
		return err
	})
}

// write runs a step of the merge in a transaction and counts what it did. It is rolled back if
// the source changed meanwhile.
func (m *merger) write(ctx context.Context, work func(*step) error) error {
	if err := m.next(); err != nil {
		return err
	}
	var done Merged
	err := m.store.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done = Merged{}
		st := &step{ctx: ctx, tx: tx, done: &done}
		st.run(mapTables...)
		err := work(st)
		if !m.source.steady() {
			return errUnsteady
		}
		return errors.Join(st.err, err)
	})
	if err == nil {
		m.done.add(done)
	}
	return err
}

func (m *Merged) add(n Merged) {
	m.Runs += n.Runs
	m.Continued += n.Continued
	m.Same += n.Same
	m.Sweeps += n.Sweeps
	m.Trials += n.Trials
	m.Pictures += n.Pictures
	m.Bytes += n.Bytes
	m.Marks += n.Marks
	m.Votes += n.Votes
	m.Damaged = append(m.Damaged, n.Damaged...)
}

// A step is one transaction of a merge. After an error its methods do nothing.
type step struct {
	ctx  context.Context
	tx   *sql.Tx
	done *Merged
	err  error
}

// run executes statements without arguments.
func (st *step) run(statements ...string) {
	for _, statement := range statements {
		st.count(statement)
	}
}

// count executes a statement and returns how many rows it changed.
func (st *step) count(statement string, args ...any) int {
	if st.err != nil {
		return 0
	}
	result, err := st.tx.ExecContext(st.ctx, statement, args...)
	if err != nil {
		st.err = fmt.Errorf("merge: %w", err)
		return 0
	}
	n, _ := result.RowsAffected()
	return int(n)
}

// value scans the one value of a query.
func (st *step) value(to any, query string, args ...any) {
	if st.err == nil {
		st.err = st.tx.QueryRowContext(st.ctx, query, args...).Scan(to)
	}
}
