package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"runexp/framework/store"
	"runexp/internal/printable"
	"runexp/reports/votes"
)

const (
	longestVoter = 100 // characters
	mostRounds   = 20
	voteSeed     = 1 // that of runexp vote, so that both ask the same questions
)

// votePage asks one question, or what to do next.
type votePage struct {
	frame
	Sweep      int64
	Experiment string
	Text       string
	Voter      string
	Named      bool // a name was given, or none on purpose
	Question   *votes.Question
	Choice     store.Choice // of this question, if it was answered before
	Answered   int
	Questions  int // of a round
	Round      int
	Back       string // address of the question before; "" for none
	Again      string // address that asks for another round
	Ahead      string // the next question's uid, whose pictures are fetched early
}

// A round of questions in the order in which a voter gets them: each begins at another place, so that those who
// stop early have not all answered the same ones.
func round(design votes.Design, number int, voter string) []votes.Question {
	ballots := design.Ballots(number, max(1, design.Count()))
	questions := ballots[number-1].Questions
	h := fnv.New64a()
	h.Write([]byte(voter))
	from := int(h.Sum64() % uint64(len(questions)))
	return append(questions[from:len(questions):len(questions)], questions[:from]...)
}

// design returns what people are asked about a sweep.
func (s *Server) design(r *http.Request) (store.Sweep, votes.Design, error) {
	w, err := s.sweepOf(r)
	if err != nil {
		return w, votes.Design{}, err
	}
	entries, err := s.entries(r.Context(), w)
	if err != nil {
		return w, votes.Design{}, err
	}
	d := votes.Design{Entries: entries, Seed: voteSeed, Text: votes.DefaultText(entries)}
	if d.Count() == 0 {
		return w, d, &badRequest{http.StatusNotFound, fmt.Errorf("sweep %d has no two finished pictures of the same content and style with different settings yet, so there is nothing to vote on", w.Number)}
	}
	return w, d, nil
}

// ask shows the first question that the voter has not answered.
func (s *Server) ask(r *http.Request) (reply, error) {
	w, design, err := s.design(r)
	if err != nil {
		return reply{}, err
	}
	query := r.URL.Query()
	p := votePage{frame: s.frame("Vote", "sweeps"), Sweep: w.Number, Experiment: w.Experiment, Text: design.Text, Questions: design.Count(), Named: query.Has("voter")}
	if p.Voter, err = voterOf(query.Get("voter")); err != nil {
		return reply{}, err
	}
	if !p.Named {
		return reply{page: "vote", data: p}, nil
	}
	answers, err := s.answersOf(r.Context(), w, p.Voter)
	if err != nil {
		return reply{}, err
	}
	rounds, _ := strconv.Atoi(query.Get("rounds"))
	rounds = min(max(rounds, 1), mostRounds)
	wanted := query.Get("question")
	if wanted != "" {
		if _, err := questionOf(design, wanted); err != nil {
			return reply{}, err
		}
	}
	for p.Round = 1; p.Round <= rounds && p.Question == nil; p.Round++ {
		list := round(design, p.Round, p.Voter)
		p.Answered = 0
		for i, q := range list {
			choice, has := answers[q.UID]
			if has {
				p.Answered++
			}
			if p.Question == nil && (wanted == "" && !has || wanted == q.UID.String()) {
				p.Question, p.Choice = &q, choice
				if i > 0 {
					p.Back = p.address(rounds, list[i-1].UID.String())
				}
				if i+1 < len(list) {
					p.Ahead = list[i+1].UID.String()
				}
			}
		}
	}
	p.Round = min(p.Round-1, rounds)
	if p.Question == nil {
		p.Again = p.address(min(rounds+1, mostRounds), "")
	}
	return reply{page: "vote", data: p}, nil
}

// address is that of a question, or of the next one for "".
func (p votePage) address(rounds int, question string) string {
	query := url.Values{"voter": {p.Voter}}
	if rounds > 1 {
		query.Set("rounds", strconv.Itoa(rounds))
	}
	if question != "" {
		query.Set("question", question)
	}
	return fmt.Sprintf("/vote/%d?%s", p.Sweep, query.Encode())
}

// Rounds is how many rounds the page asks for.
func (p votePage) Rounds() int { return p.Round }

// voterOf reads a voter's name, in which spaces count once, as ballots do.
func voterOf(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if printable.Text(name) != name || utf8.RuneCountInString(name) > longestVoter {
		return "", bad("a voter's name has at most %d characters that print", longestVoter)
	}
	return name, nil
}

// answersOf returns a voter's choices by question.
func (s *Server) answersOf(ctx context.Context, w store.Sweep, voter string) (map[store.UID]store.Choice, error) {
	cast, err := s.store.Votes(ctx, w.Experiment)
	answers := map[store.UID]store.Choice{}
	for _, v := range cast {
		if v.Voter == voter {
			answers[v.UID] = v.Choice
		}
	}
	return answers, err
}

// questionOf finds a question of a sweep by its uid.
func questionOf(design votes.Design, uid string) (votes.Question, error) {
	for n := 1; n <= mostRounds; n++ {
		for _, q := range round(design, n, "") {
			if q.UID.String() == uid {
				return q, nil
			}
		}
	}
	return votes.Question{}, &badRequest{http.StatusNotFound, errors.New("there is no such question; its pictures may have changed: open the votes again")}
}

// vote stores an answer. A second one to the same question corrects the first.
func (s *Server) vote(r *http.Request) (reply, error) {
	if err := readForm(r); err != nil {
		return reply{}, err
	}
	w, design, err := s.design(r)
	if err != nil {
		return reply{}, err
	}
	p := votePage{Sweep: w.Number}
	if p.Voter, err = voterOf(r.PostForm.Get("voter")); err != nil {
		return reply{}, err
	}
	q, err := questionOf(design, r.PostForm.Get("question"))
	if err != nil {
		return reply{}, err
	}
	choice := store.Choice(r.PostForm.Get("choice"))
	if choice != store.Left && choice != store.Right && choice != store.Tie {
		return reply{}, bad("an answer is left, right or tie")
	}
	ctx := r.Context()
	err = s.writer.use(ctx, func(to *store.Store) error {
		if err := to.AddQuestions(ctx, []store.Question{q.Question}); err != nil {
			return err
		}
		_, err := to.AddVotes(ctx, []store.Vote{{Question: q.UID, Voter: p.Voter, Choice: choice}}, true)
		return err
	})
	rounds, _ := strconv.Atoi(r.PostForm.Get("rounds"))
	return reply{redirect: p.address(min(max(rounds, 1), mostRounds), "")}, err
}

// sendAsked sends a picture of a question, encoded again: the stored file's text has the settings, and its hash would
// tell them to whoever has the store.
func (s *Server) sendAsked(r *http.Request) (reply, error) {
	_, design, err := s.design(r)
	if err != nil {
		return reply{}, err
	}
	q, err := questionOf(design, r.PathValue("question"))
	if err != nil {
		return reply{}, err
	}
	which := r.PathValue("which")
	hash := map[string]string{"left": q.Left.Picture, "right": q.Right.Picture}[which]
	for i, b := range q.Beside {
		if which == fmt.Sprintf("beside-%d", i) {
			hash = cmp.Or(b.Picture, hash)
		}
	}
	if hash == "" {
		return reply{}, errNoPage
	}
	file, err := s.thumbs.blind(r.Context(), s.store, hash)
	return reply{file: file, mime: "image/png", forever: true}, err
}
