// Package mlflow writes runs to an MLflow server by its REST interface. A run that is
// there already, by its uid, is completed or left alone, so that an export which was
// stopped goes on when it is repeated.
package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"

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
// store, after prefix. Values are read and sent in batches, so memory does not grow with
// their number.
//
// Errors: *ServerError; the runs before are complete then.
func Write(ctx context.Context, s *export.Selection, to *Server, prefix string) (Report, error) {
	w := writer{from: s, to: to, experiments: map[string]string{}}
	err := s.Each(ctx, "server", func(run export.Run) error {
		id, err := w.experiment(ctx, shortened(prefix+run.Experiment, longestName))
		if err == nil {
			err = w.run(ctx, id, run)
		}
		if err != nil {
			return fmt.Errorf("run %d: %w", run.Number, err)
		}
		return nil
	})
	return w.report, err
}

// A writer writes to a server.
type writer struct {
	from        *export.Selection
	to          *Server
	experiments map[string]string // ids by name
	unserved    bool              // whether it was said that the server takes no artifacts
	report      Report
}

// errTrash is the error for an experiment that was deleted on the server.
var errTrash = errors.New("is deleted on the server, which keeps its name; restore it there, or name others with --experiment-prefix")

// experiment returns the id of an experiment, which it makes if there is none.
func (w *writer) experiment(ctx context.Context, name string) (string, error) {
	if id, known := w.experiments[name]; known {
		return id, nil
	}
	var found struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	err := w.to.call(ctx, "experiments/get-by-name", url.Values{"experiment_name": {name}}, nil, &found)
	id := found.Experiment.ID
	var refused *ServerError
	if errors.As(err, &refused) && refused.Code == "RESOURCE_DOES_NOT_EXIST" {
		var made struct {
			ID string `json:"experiment_id"`
		}
		err = w.to.call(ctx, "experiments/create", nil, map[string]string{"name": name}, &made)
		id = made.ID
	}
	if err == nil && found.Experiment.Stage == "deleted" {
		err = fmt.Errorf("the experiment %q %w", name, errTrash)
	}
	if err != nil {
		return "", err
	}
	w.experiments[name] = id
	return id, nil
}
