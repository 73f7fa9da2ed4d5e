package votes

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"runexp/framework/store"
	"runexp/internal/printable"
)

// Limits of a filled ballot.
const (
	largestFile  = 1 << 20 // bytes
	longestVoter = 100     // characters
)

// columns of a ballot's file, in any order.
var columns = [3]string{"number", "answer", "question"}

// voterRow is the number of the row whose answer is the voter's name.
const voterRow = "voter"

// Blank returns the ballot as a CSV file to fill in. Its comments have no commas, which a
// spreadsheet would quote.
func (b Ballot) Blank() []byte {
	var file bytes.Buffer
	fmt.Fprintf(&file, "# Ballot %d of runexp. The page of the same name shows the pictures.\n", b.Number)
	file.WriteString("# Write left or right or tie as the answer. No answer is no vote. The voter's name may stay empty.\n")
	w := csv.NewWriter(&file)
	rows := [][]string{columns[:], {voterRow, "", ""}}
	for i, q := range b.Questions {
		rows = append(rows, []string{fmt.Sprint(i + 1), "", q.UID.String()})
	}
	_ = w.WriteAll(rows) // to memory
	return file.Bytes()
}

// Same reports whether a file to fill in, or a filled one, has the ballot's questions.
func (b Ballot) Same(file []byte) bool {
	all := map[store.UID]bool{}
	for _, q := range b.Questions {
		all[q.UID] = true
	}
	f, _ := Read("", bytes.NewReader(file)) // an invalid answer is still somebody's
	if len(f.asked) != len(all) {
		return false
	}
	for uid := range f.asked {
		if !all[uid] {
			return false
		}
	}
	return true
}

// A Filled is a ballot that somebody filled in.
type Filled struct {
	Name    string // of its file, for messages
	Voter   string // "" for none
	Answers []Answer
	Empty   int // questions without an answer

	asked map[store.UID]int // the line of each question
}

// An Answer is a vote with its line in the file.
type Answer struct {
	Line     int
	Question store.UID
	Choice   store.Choice
}

// Read reads a filled ballot, CSV with commas or semicolons. The errors name file and line, and all
// of them are returned at once.
func Read(name string, r io.Reader) (Filled, error) {
	f := Filled{Name: name}
	text, err := io.ReadAll(io.LimitReader(r, largestFile+1))
	switch {
	case err != nil:
		return f, fmt.Errorf("%s: %w", name, err)
	case len(text) > largestFile:
		return f, fmt.Errorf("%s has more than %d KiB and is no ballot; runexp vote writes ballots", name, largestFile>>10)
	case !utf8.Valid(text) || bytes.ContainsRune(text, 0):
		return f, fmt.Errorf("%s is not text in UTF-8; fill in the .csv file of a ballot, or save what its page shows", name)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	c := csv.NewReader(bytes.NewReader(text))
	c.Comment, c.FieldsPerRecord, c.TrimLeadingSpace = '#', -1, true
	if bytes.Count(text, []byte(";")) > bytes.Count(text, []byte(",")) { // spreadsheets of some countries
		c.Comma = ';'
	}
	f.asked = map[store.UID]int{}
	p := parser{Filled: f}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if broken := new(csv.ParseError); errors.As(err, &broken) {
			p.bad(broken.Line, "%v; write a line as in 1,left,QUESTION", broken.Err)
			break
		} else if err != nil {
			return f, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := c.FieldPos(0)
		p.row(line, row)
	}
	if !p.begun && len(p.problems) == 0 {
		return f, fmt.Errorf("%s is empty; runexp vote writes ballots", name)
	}
	return p.Filled, errors.Join(p.problems...)
}

// A parser reads the rows of a ballot.
type parser struct {
	Filled
	begun    bool
	at       [3]int // of columns
	voters   int    // line of the voter's row
	problems []error
}

func (p *parser) bad(line int, format string, args ...any) {
	p.problems = append(p.problems, fmt.Errorf("%s:%d: %s", p.Name, line, fmt.Sprintf(format, args...)))
}

// row reads one row: the header, the voter or an answer.
func (p *parser) row(line int, row []string) {
	if !p.begun {
		p.header(line, row)
		return
	}
	var cells [3]string // as columns
	for i, at := range p.at {
		if at >= 0 && at < len(row) {
			cells[i] = strings.TrimSpace(row[at])
		}
	}
	number, answer, uid := cells[0], cells[1], cells[2]
	switch {
	case number+answer+uid == "" || p.at[2] < 0:
	case strings.EqualFold(number, voterRow):
		p.voter(line, answer)
	case uid == "":
		p.bad(line, "the question is missing; copy the line from the blank ballot")
	default:
		p.answer(line, answer, uid)
	}
}

// header finds the columns.
func (p *parser) header(line int, row []string) {
	p.begun = true
	for i, name := range columns {
		p.at[i] = slices.IndexFunc(row, func(cell string) bool { return strings.EqualFold(strings.TrimSpace(cell), name) })
		if p.at[i] < 0 && len(p.problems) == 0 {
			p.bad(line, "a ballot's first line is %s, not \"%s\"; copy it from the blank ballot", strings.Join(columns[:], ","), printable.Excerpt(strings.Join(row, ",")))
		}
	}
	if len(p.problems) > 0 {
		p.at = [3]int{-1, -1, -1} // the rest follows from it
	}
}

// voter reads the voter's name; spaces in it count once.
func (p *parser) voter(line int, name string) {
	name = strings.Join(strings.Fields(name), " ")
	switch {
	case p.voters > 0:
		p.bad(line, "the voter is on line %d already; leave one", p.voters)
	case printable.Text(name) != name:
		p.bad(line, "the voter's name \"%s\" has characters that do not print; leave them out", printable.Excerpt(name))
	case utf8.RuneCountInString(name) > longestVoter:
		p.bad(line, "the voter's name has %d characters; give at most %d", utf8.RuneCountInString(name), longestVoter)
	}
	p.voters, p.Voter = line, name
}

// answer reads the answer to a question.
func (p *parser) answer(line int, answer, question string) {
	uid, err := store.ParseUID(question)
	if err != nil {
		p.bad(line, "the question \"%s\" is not one of a ballot; copy the line from the blank ballot", printable.Excerpt(question))
		return
	}
	if before, twice := p.asked[uid]; twice {
		p.bad(line, "the question of line %d again; leave one", before)
		return
	}
	p.asked[uid] = line
	switch choice := store.Choice(strings.ToLower(answer)); choice {
	case store.Left, store.Right, store.Tie:
		p.Answers = append(p.Answers, Answer{line, uid, choice})
	case "":
		p.Empty++
	default:
		p.bad(line, "the answer \"%s\" is none; write left, right or tie, or nothing for no vote", printable.Excerpt(answer))
	}
}
