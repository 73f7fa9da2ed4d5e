package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"runexp/internal/printable"
)

// marksVersion is the first version with the tables marks and tags.
const marksVersion = 7

// Limits of what people write about a run.
const (
	longestTag  = 64       // characters
	longestNote = 64 << 10 // bytes
	mostTags    = 100      // of one run
)

// Marks are what people say of a run. The zero value is a run without any.
type Marks struct {
	Star    bool
	Note    string
	Tags    []string  // sorted
	Deleted time.Time // zero: not deleted
}

// A MarksChange changes what is not nil or empty.
type MarksChange struct {
	Star    *bool
	Note    *string
	Deleted *bool
	AddTags []string
	DelTags []string // those that a run does not have are ignored
}

// Marks returns the marks of runs; runs without any are left out. Without numbers it
// returns those of all runs.
func (s *Store) Marks(ctx context.Context, runs ...int64) (map[int64]Marks, error) {
	type row struct {
		run int64
		Marks
		tags   string
		damage string
	}
	const query = `SELECT run_id, star, note, deleted_at, coalesce((SELECT group_concat(tag, ' ') FROM tags t WHERE t.run_id = m.run_id), '') FROM marks m`
	var found map[int64]Marks
	err := s.read(ctx, func(db *sql.DB) error {
		found = map[int64]Marks{}
		if version, err := identify(ctx, db, true); err != nil || version < marksVersion {
			return err
		}
		where := ``
		if len(runs) > 0 {
			where = ` WHERE run_id IN (` + numbers(runs) + `)`
		}
		rows, err := collect(ctx, db, func(r *row) []any {
			return []any{&r.run, &r.Star, &r.Note, tolerant{"its deletion", timeText{&r.Deleted}, &r.damage}, &r.tags}
		}, query+where)
		for _, r := range rows {
			r.Tags = slices.Sorted(slices.Values(strings.Fields(r.tags)))
			found[r.run] = r.Marks
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: marks: %w", err)
	}
	return found, nil
}

// numbers lists integers for SQL.
func numbers(list []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
}

// Mark changes the marks of runs: of all or, after an error, of none.
//
// Errors: ErrNotFound; *RunningError if a run that is to be deleted may be alive; a tag or
// note that is not valid, see CheckTag and CheckNote.
func (s *Store) Mark(ctx context.Context, runs []int64, change MarksChange) error {
	if err := change.check(); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	at := formatTime(time.Now())
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, run := range runs {
			if err := s.mark(ctx, tx, run, change, at); err != nil {
				return fmt.Errorf("run %d: %w", run, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: marks: %w", err)
	}
	return nil
}

func (c MarksChange) check() error {
	var problems []error
	for _, tag := range c.AddTags {
		problems = append(problems, CheckTag(tag))
	}
	if c.Note != nil {
		problems = append(problems, CheckNote(*c.Note))
	}
	return errors.Join(problems...)
}

// CheckTag returns an error unless a tag has 1 to 64 characters that print, none of them a
// space or a comma, which separate tags.
func CheckTag(tag string) error {
	count := utf8.RuneCountInString(tag)
	separates := func(r rune) bool { return r == ',' || unicode.IsSpace(r) }
	switch {
	case count == 0 || count > longestTag:
		return fmt.Errorf("a tag has 1 to %d characters, and \"%s\" has %d", longestTag, printable.Excerpt(tag), count)
	case strings.ContainsFunc(tag, separates) || printable.Text(tag) != tag:
		return fmt.Errorf("a tag has no spaces, commas or characters that do not print; write \"%s\" as one word", printable.Excerpt(tag))
	}
	return nil
}

// CheckNote returns an error unless a note is UTF-8 of at most 64 KiB.
func CheckNote(note string) error {
	switch {
	case len(note) > longestNote:
		return fmt.Errorf("a note has at most %d bytes, and this has %d; shorten it", longestNote, len(note))
	case !utf8.ValidString(note) || strings.ContainsRune(note, 0):
		return errors.New("the note is not text in UTF-8; write it again")
	}
	return nil
}

// mark changes the marks of one run.
func (s *Store) mark(ctx context.Context, tx *sql.Tx, run int64, c MarksChange, at string) error {
	rows, err := collect(ctx, tx, (*runRow).columns, summaryOfRuns+runTables+` WHERE r.id = ?`, run)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return ErrNotFound
	}
	if c.Deleted != nil && *c.Deleted {
		row := rows[0]
		if row.correctStatus(s.host, time.Now()); row.Status == Running {
			return &RunningError{row.RunRef, row.owner.pid, row.owner.sameBoot(s.host)}
		}
	}
	set := []string{`changed_at = excluded.changed_at`}
	star, note, deleted := false, "", sql.NullString{}
	if c.Star != nil {
		star, set = *c.Star, append(set, `star = excluded.star`)
	}
	if c.Note != nil {
		note, set = *c.Note, append(set, `note = excluded.note`)
	}
	if c.Deleted != nil {
		deleted, set = sql.NullString{String: at, Valid: *c.Deleted}, append(set, `deleted_at = excluded.deleted_at`)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO marks (run_id, star, note, deleted_at, changed_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (run_id) DO UPDATE SET `+strings.Join(set, `, `), run, star, note, deleted, at); err != nil {
		return err
	}
	for _, tag := range c.DelTags {
		if _, err := tx.ExecContext(ctx, `DELETE FROM tags WHERE run_id = ? AND tag = ?`, run, tag); err != nil {
			return err
		}
	}
	for _, tag := range c.AddTags {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO tags (run_id, tag) VALUES (?, ?)`, run, tag); err != nil {
			return err
		}
	}
	var count int
	err = tx.QueryRowContext(ctx, `SELECT count(*) FROM tags WHERE run_id = ?`, run).Scan(&count)
	if err == nil && count > mostTags {
		err = fmt.Errorf("%w: a run has at most %d, and this would be %d; remove some", ErrTooManyTags, mostTags, count)
	}
	return err
}

// Tags lists the tags of runs that are not deleted, and how many runs have each, the most frequent first.
func (s *Store) Tags(ctx context.Context) (list []TagCount, err error) {
	err = s.read(ctx, func(db *sql.DB) error {
		list = nil
		version, err := identify(ctx, db, true)
		if err != nil || version < marksVersion {
			return err
		}
		list, err = collect(ctx, db, func(t *TagCount) []any { return []any{&t.Tag, &t.Runs} },
			`SELECT tag, count(*) FROM tags WHERE run_id NOT IN (`+deletedRuns+`) GROUP BY tag ORDER BY count(*) DESC, tag`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: tags: %w", err)
	}
	return list, nil
}

// ErrTooManyTags is the error for more tags than a run may have.
var ErrTooManyTags = errors.New("too many tags")

// A TagCount is a tag and how many runs have it.
type TagCount struct {
	Tag  string
	Runs int
}

// deletedRuns selects the runs that are deleted.
const deletedRuns = `SELECT run_id FROM marks WHERE deleted_at IS NOT NULL`

// notDeleted returns a condition on a column of run ids, true in stores from before there
// were marks.
func notDeleted(ctx context.Context, db queryer, column string) (string, error) {
	var version int
	if err := db.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return "", err
	}
	if version < marksVersion {
		return `1`, nil
	}
	return column + ` NOT IN (` + deletedRuns + `)`, nil
}
