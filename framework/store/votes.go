package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// votesVersion is the first version with the tables questions and votes.
const votesVersion = 5

// A Question asks which of two pictures is better.
type Question struct {
	UID         UID
	Text        string // as it is asked
	Left, Right Shown
}

// Shown is a picture in a question.
type Shown struct {
	Run     int64
	Picture string // SHA-256 of the picture shown, 64 hexadecimal digits
}

// A Choice is an answer to a question.
type Choice string

// The choices.
const (
	Left  Choice = "left"
	Right Choice = "right"
	Tie   Choice = "tie"
)

// A Vote is a voter's answer to a question.
type Vote struct {
	Question UID
	Voter    string // a name that the voter chose; "" for none
	Choice   Choice
}

// A CastVote is a vote with its question, as it is stored.
type CastVote struct {
	Question
	Voter  string
	Choice Choice
}

// A VotedError reports votes on questions that the same voter answered otherwise before.
type VotedError struct {
	Earlier map[int]Choice // the earlier answers, by the index of the vote among those to add
}

func (e *VotedError) Error() string {
	return fmt.Sprintf("%d votes contradict earlier ones of the same voter", len(e.Earlier))
}

// AddQuestions records questions. Those whose uid is recorded stay as they are.
func (s *Store) AddQuestions(ctx context.Context, list []Question) error {
	at := formatTime(time.Now())
	err := s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, q := range list {
			left, err := rawHash(q.Left.Picture)
			if err != nil {
				return err
			}
			right, err := rawHash(q.Right.Picture)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO questions (uid, text, left_run, left_picture, right_run, right_picture, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO NOTHING`, q.UID, q.Text, q.Left.Run, left, q.Right.Run, right, at); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: questions: %w", err)
	}
	return nil
}

func rawHash(digits string) ([]byte, error) {
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != sha256.Size {
		return nil, fmt.Errorf("picture %q: give the 64 hexadecimal digits of a SHA-256", digits)
	}
	return raw, nil
}

// AskedOf returns the experiments that questions are about, by their uid; those that the store
// does not know are left out.
func (s *Store) AskedOf(ctx context.Context, questions []UID) (map[UID]string, error) {
	found := map[UID]string{}
	err := s.readVotes(ctx, func(db *sql.DB) error {
		for _, uid := range questions {
			var experiment string
			err := db.QueryRowContext(ctx, `SELECT e.name FROM questions q JOIN runs r ON r.id = q.left_run
				JOIN experiments e ON e.id = r.experiment_id WHERE q.uid = ?`, uid).Scan(&experiment)
			if err == nil {
				found[uid] = experiment
			} else if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("store: questions: %w", err)
	}
	return found, nil
}

// AddVotes records votes, all or none, and returns how many were new or, with replace, changed. A vote
// that is recorded already changes nothing.
//
// Errors: ErrNotFound for a question that the store does not have; *VotedError if votes
// contradict earlier ones, unless replace.
func (s *Store) AddVotes(ctx context.Context, list []Vote, replace bool) (added int, err error) {
	at := formatTime(time.Now())
	err = s.write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		added = 0
		voted := &VotedError{map[int]Choice{}}
		for i, v := range list {
			var question int64
			var earlier sql.NullString
			err := tx.QueryRowContext(ctx, `SELECT q.id, v.choice FROM questions q
				LEFT JOIN votes v ON v.question_id = q.id AND v.voter = ? WHERE q.uid = ?`, v.Voter, v.Question).Scan(&question, &earlier)
			if errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("question %s: %w", v.Question, ErrNotFound)
			}
			if err != nil {
				return err
			}
			if earlier.String == string(v.Choice) {
				continue
			}
			if earlier.Valid && !replace {
				voted.Earlier[i] = Choice(earlier.String)
				continue
			}
			added++
			if _, err := tx.ExecContext(ctx, `INSERT INTO votes (question_id, voter, choice, created_at) VALUES (?, ?, ?, ?)
				ON CONFLICT (question_id, voter) DO UPDATE SET choice = excluded.choice, created_at = excluded.created_at`,
				question, v.Voter, string(v.Choice), at); err != nil {
				return err
			}
		}
		if len(voted.Earlier) > 0 {
			return voted // rolls back
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("store: votes: %w", err)
	}
	return added, nil
}

// Votes returns the votes on pictures of an experiment, in the order of their questions.
func (s *Store) Votes(ctx context.Context, experiment string) ([]CastVote, error) {
	var list []CastVote
	columns := func(v *CastVote) []any {
		return []any{&v.UID, &v.Text, &v.Left.Run, &v.Left.Picture, &v.Right.Run, &v.Right.Picture, &v.Voter, &v.Choice}
	}
	err := s.readVotes(ctx, func(db *sql.DB) (err error) {
		list, err = collect(ctx, db, columns, `SELECT q.uid, q.text, q.left_run, lower(hex(q.left_picture)), q.right_run, lower(hex(q.right_picture)), v.voter, v.choice
			FROM votes v JOIN questions q ON q.id = v.question_id JOIN runs r ON r.id = q.left_run
			JOIN experiments e ON e.id = r.experiment_id WHERE e.name = ? ORDER BY q.id, v.voter`, experiment)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: votes: %w", err)
	}
	return list, nil
}

// readVotes is read, but does nothing in a store from before there were votes.
func (s *Store) readVotes(ctx context.Context, work func(*sql.DB) error) error {
	return s.read(ctx, func(db *sql.DB) error {
		version, err := identify(ctx, db, true)
		if err != nil || version < votesVersion {
			return err
		}
		return work(db)
	})
}
