package export

import (
	"context"
	"maps"
	"slices"
)

// A Column is a named column of values of one kind.
type Column struct {
	Name string
	Kind Kind
}

// A Survey is what the runs of a selection have.
type Survey struct {
	Settings []SurveyedSetting // by name
	Metrics  []string          // that have a last value, or a score, by name
}

// A SurveyedSetting is a setting of some of the runs.
type SurveyedSetting struct {
	Column
	Differs bool // whether two runs have different values, or one has none

	first string
	runs  int
}

// Survey reads all runs once, so that they can be written one by one afterwards.
func (s *Selection) Survey(ctx context.Context) (Survey, error) {
	settings, metrics := map[string]*SurveyedSetting{}, map[string]bool{}
	err := s.Each(ctx, "columns", func(run Run) error {
		for _, one := range run.Settings {
			seen, known := settings[one.Name]
			if !known {
				seen = &SurveyedSetting{Column: Column{Name: one.Name}, first: string(one.JSON)}
				settings[one.Name] = seen
			}
			seen.runs++
			seen.Kind = seen.Kind.Join(KindOf(one.JSON))
			seen.Differs = seen.Differs || seen.first != string(one.JSON)
		}
		for _, m := range run.Metrics {
			metrics[m.Name] = true
		}
		for _, score := range run.Scores {
			metrics[score.Name] = true
		}
		return nil
	})
	var found Survey
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		one := *settings[name]
		one.Differs = one.Differs || one.runs < len(s.Runs)
		found.Settings = append(found.Settings, one)
	}
	found.Metrics = slices.Sorted(maps.Keys(metrics))
	return found, err
}
