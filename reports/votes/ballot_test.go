package votes

import (
	"strings"
	"testing"

	"runexp/framework/store"
)

// ballot returns a ballot of three questions, and their uids.
func ballot() (Ballot, [3]string) {
	b := Design{Entries: entries(1, 3), Seed: 1, Text: "which?"}.Ballots(1, 100)[0]
	return b, [3]string{b.Questions[0].UID.String(), b.Questions[1].UID.String(), b.Questions[2].UID.String()}
}

// A blank ballot reads as no vote, and as filled in by hand, by a spreadsheet or by the page.
func TestFilledBallots(t *testing.T) {
	b, uid := ballot()
	blank := string(b.Blank())
	want := []Answer{{4, b.Questions[0].UID, store.Left}, {5, b.Questions[1].UID, store.Tie}}
	byHand := strings.NewReplacer("voter,,", "voter, Anna  Bo ,", "1,,", "1,left,", "2,,", "2, TIE ,").Replace(blank)
	for name, c := range map[string]struct {
		file  string
		lines int // after those of byHand
	}{
		"by hand":           {byHand, 2},
		"by a spreadsheet":  {"\ufeff" + strings.ReplaceAll(byHand, "\n", "\r\n"), 2},
		"with semicolons":   {strings.ReplaceAll(byHand, ",", ";"), 2},
		"by the page":       {"number,answer,question\nvoter,Anna Bo,\n1,left," + uid[0] + "\n2,tie," + uid[1] + "\n3,," + uid[2] + "\n", 0},
		"in another order":  {"question,answer,number,note\n,Anna Bo,voter\n" + uid[0] + ",left,1,nice\n" + uid[1] + ",tie\n" + uid[2] + ",,\n", 0},
		"with quoted cells": {"\"number\",\"answer\",\"question\"\n\"voter\",\"Anna Bo\",\"\"\n1,\"left\"," + uid[0] + "\n2,tie," + uid[1] + "\n3,," + uid[2] + "\n\n,,\n", 0},
	} {
		f, err := Read(name, strings.NewReader(c.file))
		if err != nil || f.Voter != "Anna Bo" || f.Empty != 1 || len(f.Answers) != 2 {
			t.Errorf("%s: %+v, %v", name, f, err)
			continue
		}
		for i, a := range f.Answers {
			if a.Line -= c.lines; a.Line != want[i].Line-1 || a.Question != want[i].Question || a.Choice != want[i].Choice {
				t.Errorf("%s: %+v, want %+v", name, a, want[i])
			}
		}
		if !b.Same([]byte(c.file)) {
			t.Errorf("%s: these are not the ballot's questions", name)
		}
	}
	f, err := Read("blank", strings.NewReader(blank))
	if err != nil || f.Voter != "" || f.Empty != 3 || len(f.Answers) != 0 || !b.Same([]byte(blank)) {
		t.Errorf("blank: %+v, %v", f, err)
	}
	for _, line := range strings.Split(blank, "\n") {
		if strings.HasPrefix(line, "#") && strings.ContainsAny(line, `,;"`) {
			t.Errorf("a spreadsheet would quote %s", line)
		}
	}
}

// Whatever is not a ballot is an error that names the line and the way out.
func TestHostileBallots(t *testing.T) {
	b, uid := ballot()
	const head = "number,answer,question\n"
	for name, c := range map[string]struct{ file, want string }{
		"empty":            {"", "x.csv is empty"},
		"comments only":    {"# nothing\n", "x.csv is empty"},
		"another table":    {"name,answer,question\nvoter,a,\n1,left,zz\n", `x.csv:1: a ballot's first line is number,answer,question, not "name,answer,question"`},
		"no header":        {"1,left," + uid[0] + "\n", "x.csv:1: a ballot's first line is"},
		"another answer":   {head + "1,both," + uid[0] + "\n", `x.csv:2: the answer "both" is none; write left, right or tie`},
		"no question":      {head + "1,left\n", "x.csv:2: the question is missing; copy the line"},
		"a broken uid":     {head + "1,left," + uid[0][1:] + "\n", `x.csv:2: the question "` + uid[0][1:] + `" is not one of a ballot`},
		"twice":            {head + "1,left," + uid[0] + "\n2,,\n3,left," + uid[0] + "\n", "x.csv:4: the question of line 2 again; leave one"},
		"two voters":       {head + "voter,a,\nvoter,b,\n", "x.csv:3: the voter is on line 2 already"},
		"a long voter":     {head + "voter," + strings.Repeat("é", 101) + ",\n", "x.csv:2: the voter's name has 101 characters; give at most 100"},
		"an escape":        {head + "voter,a\x1b[31m,\n", `x.csv:2: the voter's name "a\x1b[31m" has characters that do not print`},
		"an answer's":      {head + "1,\x1b[31m," + uid[0] + "\n", `the answer "\x1b[31m" is none`},
		"an open quote":    {head + "1,\"left," + uid[0] + "\n2,left,\n", "x.csv:"},
		"a stray quote":    {head + "1,le\"ft," + uid[0] + "\n", "x.csv:2: "},
		"a picture":        {"\x89PNG\r\n\x1a\n\x00\x00", "x.csv is not text in UTF-8"},
		"zeros":            {head + "1,left\x00," + uid[0] + "\n", "x.csv is not text in UTF-8"},
		"a large file":     {head + strings.Repeat("#\n", 1<<20), "x.csv has more than 1024 KiB"},
		"a page":           {"<!DOCTYPE html>\n<html lang=\"en\">\n", "x.csv:1: a ballot's first line is"},
		"all at once":      {head + "1,a," + uid[0] + "\n2,b," + uid[1] + "\n", "x.csv:3: the answer \"b\""},
		"the first of all": {head + "1,a," + uid[0] + "\n2,b," + uid[1] + "\n", "x.csv:2: the answer \"a\""},
	} {
		f, err := Read("x.csv", strings.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b\x00") {
			t.Errorf("%s: the message has control characters", name)
		}
		if name != "no question" && b.Same([]byte(c.file)) {
			t.Errorf("%s: %+v is the same ballot", name, f)
		}
	}
}

func FuzzRead(f *testing.F) {
	b, uid := ballot()
	f.Add(b.Blank())
	f.Add([]byte("number;answer;question\nvoter;a\n1;left;" + uid[0]))
	f.Fuzz(func(t *testing.T, file []byte) {
		filled, err := Read("x.csv", strings.NewReader(string(file)))
		if err == nil && len(filled.Answers)+filled.Empty != len(filled.asked) {
			t.Errorf("%d answers and %d without of %d questions", len(filled.Answers), filled.Empty, len(filled.asked))
		}
	})
}
