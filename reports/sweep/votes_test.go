package sweep

import (
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/document"
	"runexp/reports/markdown"
	"runexp/reports/votes"
)

// cast votes on every two pictures of each unit; better compares the settings of two trials.
func cast(t *testing.T, s *store.Store, w store.Sweep, voter string, better func(a, b []int) store.Choice) {
	t.Helper()
	y := studied(t, s, w)
	entries, err := y.Entries(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	levels := map[int64][]int{}
	for _, trial := range y.trials {
		if trial.Run != nil {
			levels[trial.Run.Number] = trial.point.Levels
		}
	}
	var questions []store.Question
	var list []store.Vote
	for _, b := range (votes.Design{Entries: entries, Seed: 1, Text: "which?"}).Ballots(1, 1000) {
		for _, q := range b.Questions {
			questions = append(questions, q.Question)
			list = append(list, store.Vote{Question: q.UID, Voter: voter, Choice: better(levels[q.Left.Run], levels[q.Right.Run])})
		}
	}
	if err := s.AddQuestions(t.Context(), questions); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddVotes(t.Context(), list, false); err != nil {
		t.Fatal(err)
	}
}

// studied reads a sweep.
func studied(t *testing.T, s *store.Store, w store.Sweep) *Study {
	t.Helper()
	y, err := Read(t.Context(), s, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// deeper prefers the deeper layer, whatever the weight.
func deeper(a, b []int) store.Choice {
	switch {
	case a[1] > b[1]:
		return store.Left
	case a[1] < b[1]:
		return store.Right
	}
	return store.Tie
}

// Votes are one more metric, with the same tests: claimed if the plan names it.
func TestVotesAnswer(t *testing.T) {
	for _, claimed := range []bool{false, true} {
		s := openTest(t)
		f := fixture{}
		if claimed {
			f.metrics = []string{"eval/content", record.Votes}
		}
		w := f.make(t, s)
		cast(t, s, w, "anna", deeper)
		y := studied(t, s, w)
		if share := y.trials[len(y.trials)-1].scores[record.Votes]; share != 0.9 { // 4 won, a tie
			t.Errorf("the last trial's share is %g, want 0.9", share)
		}
		layers, weight := y.Analysis.Effect("losses.content.layers", record.Votes), y.Analysis.Effect("losses.tv.weight", record.Votes)
		if layers.Claimed != claimed || claimed != (layers.These != nil && layers.These.Holds) || weight.These != nil && weight.These.Holds {
			t.Errorf("claimed %v: layers %+v, weight %+v", claimed, layers.These, weight.These)
		}
		if c := layers.Contrasts[0]; c.Ratio != nil || c.Difference.Value != 0.4 || c.N != 8 {
			t.Errorf("the first contrast is %+v", c)
		}
		text := rendered(t, y.answers)
		for _, part := range []string{"| votes | conv4_4 | conv2_1 | +0.8", "There are 120 votes by 1 voter. What votes show is about these voters"} {
			if strings.Contains(text, part) != claimed {
				t.Errorf("claimed %v, but of %q the answers have:\n%s", claimed, part, text)
			}
		}
	}
}

// Metrics are compared with votes in their better direction, and only where there are votes.
func TestAgreementWithVotes(t *testing.T) {
	s := openTest(t)
	w := fixture{}.make(t, s)
	if y := studied(t, s, w); y.Agreements() != nil || strings.Contains(rendered(t, y.allMetrics), "votes") {
		t.Error("a report without votes tells of them")
	}
	cast(t, s, w, "", deeper)
	y, got := studied(t, s, w), map[string]float64{}
	for _, a := range y.Agreements() {
		if a.N != 8 {
			t.Errorf("%s: n = %d", a.Metric, a.N)
		}
		got[a.Metric] = a.Correlation
	}
	// Votes tie two settings of each layer, and style distance does not: the ranks 1½ 1½ 3½ 3½ 5½ 5½ and 1 … 6 correlate by √(32/35) = 0.956.
	if style, content := got["eval/style"], got["eval/content"]; style < 0.95 || content > -0.8 {
		t.Errorf("style %g, content %g", style, content)
	}
	if _, constant := got["eval/mine"]; constant {
		t.Error("a constant metric has a correlation")
	}
	for _, part := range []string{"| style distance | +0.96 | 8 |", "There are 120 votes by 1 voter, those without a name as one.", "The question: which?", "| votes | the share of its comparisons"} {
		if text := rendered(t, y.allMetrics); !strings.Contains(text, part) {
			t.Errorf("the report lacks %q:\n%s", part, text)
		}
	}
}

// Voters are averaged.
func TestVotersAreAveraged(t *testing.T) {
	s := openTest(t)
	w := fixture{}.make(t, s)
	cast(t, s, w, "anna", deeper)
	cast(t, s, w, "bo", func(a, b []int) store.Choice { return deeper(b, a) })
	y := studied(t, s, w)
	for _, trial := range y.trials {
		if share := trial.scores[record.Votes]; share != 0.5 {
			t.Fatalf("two voters who contradict each other make %g", share)
		}
	}
	if y.votes.Votes != 240 || len(y.votes.Voters) != 2 {
		t.Errorf("%d votes by %v", y.votes.Votes, y.votes.Voters)
	}
}

// Where images vary within units there is nothing to vote on.
func TestNothingToVoteOn(t *testing.T) {
	s := openTest(t)
	w := fixture{}.make(t, s)
	y := studied(t, s, w)
	for i := range y.trials {
		y.trials[i].point.StyleHash = layers[y.trials[i].point.Levels[1]]
	}
	if entries, err := y.Entries(t.Context(), s); err != nil || len(entries) != 0 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
}

// rendered returns a section of a report in Markdown.
func rendered(t *testing.T, section func() ([]document.Block, error)) string {
	t.Helper()
	blocks, err := section()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := markdown.Write(&text, document.Document{Sections: []document.Section{{Blocks: blocks}}}); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
