// Package mlflow writes runs to an MLflow server by its REST interface. A run that is
// there already, by its uid, is completed or left alone, so that an export which was
// stopped goes on when it is repeated.
package mlflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"runexp/framework/sizes"
	"runexp/reports/export"
)

// A Report counts what was done.
type Report struct {
	Created   int      // runs that are new on the server
	Completed int      // that were there, and have changed or were not complete
	Unchanged int      // that were complete
	Problems  []string // what was left out, in words
}

// Write writes a selection to a server. Experiments have the names that they have in the
// store, after prefix; a run that is in another experiment already, under another prefix, is
// completed there, and the report says so. Values are read and sent in batches, so memory does not grow with
// their number.
//
// Errors: *ServerError; the runs before are complete then.
func Write(ctx context.Context, s *export.Selection, to *Server, prefix string) (Report, error) {
	w := writer{from: s, to: to, experiments: map[string]string{}, kept: map[string]int{}}
	err := s.Each(ctx, "server", func(run export.Run) error {
		if err := w.run(ctx, shortened(prefix+run.Experiment, longestName), run); err != nil {
			return fmt.Errorf("run %d: %w", run.Number, err)
		}
		return nil
	})
	for _, name := range slices.Sorted(maps.Keys(w.kept)) {
		w.report.Problems = append(w.report.Problems, fmt.Sprintf(
			"%s already on the server, in the experiment %q, and left there: rename that, or delete them there and export again", sizes.Count(w.kept[name], "run"), name))
	}
	return w.report, err
}

// A writer writes to a server.
type writer struct {
	from        *export.Selection
	to          *Server
	experiments map[string]string // ids by name; "" for one that is not there
	others      []experiment      // all that were there at the beginning; nil: not asked yet
	kept        map[string]int    // runs that are in another experiment, by its name
	unserved    bool              // whether it was said that the server takes no artifacts
	report      Report
}

// errTrash is the error for an experiment that was deleted on the server.
var errTrash = errors.New("is deleted on the server, which keeps its name; restore it there, or name others with --experiment-prefix")

// An experiment of the server.
type experiment struct {
	ID    string `json:"experiment_id"`
	Name  string `json:"name"`
	Stage string `json:"lifecycle_stage"`
}

// experiment returns the id of an experiment; "" if there is none.
func (w *writer) experiment(ctx context.Context, name string) (string, error) {
	if id, known := w.experiments[name]; known {
		return id, nil
	}
	var found struct {
		Experiment experiment `json:"experiment"`
	}
	err := w.to.call(ctx, "experiments/get-by-name", url.Values{"experiment_name": {name}}, nil, &found)
	var refused *ServerError
	if errors.As(err, &refused) && refused.Code == "RESOURCE_DOES_NOT_EXIST" {
		err = nil
	}
	if err == nil && found.Experiment.Stage == "deleted" {
		err = fmt.Errorf("the experiment %q %w", name, errTrash)
	}
	if err != nil {
		return "", err
	}
	w.experiments[name] = found.Experiment.ID
	return found.Experiment.ID, nil
}

// makeExperiment returns the id of an experiment, which it makes if there is none.
func (w *writer) makeExperiment(ctx context.Context, name string) (string, error) {
	if id := w.experiments[name]; id != "" {
		return id, nil
	}
	var made experiment
	if err := w.to.call(ctx, "experiments/create", nil, map[string]string{"name": name}, &made); err != nil {
		return "", err
	}
	w.experiments[name] = made.ID
	return made.ID, nil
}

// all returns the experiments that the server had at the beginning.
func (w *writer) all(ctx context.Context) ([]experiment, error) {
	if w.others != nil {
		return w.others, nil
	}
	list := []experiment{}
	for page := ""; ; {
		var answer struct {
			Experiments []experiment `json:"experiments"`
			Next        string       `json:"next_page_token"`
		}
		ask := map[string]any{"max_results": mostExperiments}
		if page != "" {
			ask["page_token"] = page
		}
		if err := w.to.call(ctx, "experiments/search", nil, ask, &answer); err != nil {
			return nil, err
		}
		list = append(list, answer.Experiments...)
		if page = answer.Next; page == "" {
			w.others = list
			return list, nil
		}
	}
}
