package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"runexp/framework/sizes"
	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/reports/document"
	"runexp/reports/effects"
	"runexp/reports/votes"
)

// Entries returns the finished pictures that people can compare. A unit whose images vary with the
// settings has none: people would judge the images.
func (y *Study) Entries(ctx context.Context, s *store.Store) ([]votes.Entry, error) {
	units, of := y.unitsOf()
	textures := y.textures()
	settings := map[string]int{}
	var list []votes.Entry
	for i, t := range y.trials {
		levels := fmt.Sprint(t.point.Levels)
		if _, known := settings[levels]; !known {
			settings[levels] = len(settings)
		}
		u := units[of[i]]
		if t.status() != string(store.Finished) || u.Style == "" || u.Content == "" && !textures {
			continue
		}
		artifacts, err := s.Artifacts(ctx, t.Run.Number)
		if err != nil {
			return nil, err
		}
		kept := false
		e := votes.Entry{Run: t.Run.RunRef, Unit: of[i], Setting: settings[levels]}
		for _, a := range artifacts {
			switch {
			case a.Kind == "picture" && a.Name == "picture.png":
				e.Picture, kept = a.Hash, true
			case a.Kind == "content" || a.Kind == "style":
				e.Beside = append(e.Beside, votes.Beside{Kind: a.Kind, Picture: a.Hash})
			}
		}
		if kept {
			list = append(list, e)
		}
	}
	return list, nil
}

// Votes says how the votes on each setting came out, one line each in the order of the
// settings: losses.tv.weight=20 won 9 of 22, 6 ties. It has none before anybody has voted.
func (y *Study) Votes() []string {
	var lines []string
	for i, group := range y.settings() {
		if w := y.votes.Wins[i]; w.Votes > 0 {
			line := fmt.Sprintf("%s won %d of %d", y.settingOf(group[0], "="), w.Won, w.Votes)
			if w.Ties > 0 {
				line += ", " + sizes.Count(w.Ties, "tie")
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// VotesFolder is where a sweep's ballots go.
func VotesFolder(out string, w store.Sweep, newest bool) string {
	return folderOf("votes", out, w, newest)
}

// readVotes adds what people voted to the scores.
func (y *Study) readVotes(ctx context.Context, s *store.Store) error {
	cast, err := s.Votes(ctx, y.Sweep.Experiment)
	if err != nil || len(cast) == 0 {
		return err
	}
	entries, err := y.Entries(ctx, s)
	if err != nil {
		return err
	}
	y.votes = votes.Count(entries, cast)
	for i := range y.trials {
		t := &y.trials[i]
		if t.Run == nil {
			continue
		}
		share, voted := y.votes.Shares[t.Run.Number]
		switch {
		case !voted:
		case t.scores != nil:
			t.scores[record.Votes] = share
		case y.Sweep.Scorer == "":
			t.scores = map[string]float64{record.Votes: share}
		}
	}
	if y.votes.Votes > 0 {
		y.metrics = append(y.metrics, metric{Metric: record.Metric{Name: record.Votes}})
	}
	return nil
}

// Agreements returns how alike each metric and people rank the settings; none without votes.
func (y *Study) Agreements() []effects.Agreement {
	if y.Analysis == nil || y.votes.Votes == 0 {
		return nil
	}
	return y.Analysis.Agreements(record.Votes)
}

// agreements compares every metric with the votes; nothing without votes.
func (y *Study) agreements() []document.Block {
	list := y.Agreements()
	if len(list) == 0 {
		return nil
	}
	t := document.Table{
		Caption: fmt.Sprintf("Rank correlation with the votes: mean over %ss, over the settings of each; 1 ranks as people do, 0 is no relation", y.unit()),
		Header:  []string{"metric", "correlation", "n"},
	}
	for _, a := range list {
		t.Rows = append(t.Rows, []string{a.Label, strings.Replace(fmt.Sprintf("%+.2f", a.Correlation), "-", "−", 1), fmt.Sprint(a.N)})
	}
	return []document.Block{{Table: &t}, {Note: y.voters() + " A metric for which neither direction is better is compared as it is. " + y.asked()}}
}

// voters says how many votes of whom there are, and whom claims about them are about.
func (y *Study) voters() string {
	text := fmt.Sprintf("There are %s by %s", sizes.Count(y.votes.Votes, "vote"), sizes.Count(len(y.votes.Voters), "voter"))
	if slices.Contains(y.votes.Voters, "") {
		text += ", those without a name as one"
	}
	return text + ". What votes show is about these voters, and holds if it was not counted until it did."
}

// asked is the question that was voted on.
func (y *Study) asked() string {
	if len(y.votes.Texts) > 1 {
		return "The question was worded in several ways: " + strings.Join(y.votes.Texts, " · ")
	}
	return "The question: " + strings.Join(y.votes.Texts, "")
}
