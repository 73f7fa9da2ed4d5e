// Package tensorboard writes runs as event files of TensorBoard: scalars, images, and what
// its HParams page shows. The formats are those of tensorflow/tensorboard, Apache-2.0.
package tensorboard

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode"

	"runexp/framework/store"
	"runexp/reports/export"
	"runexp/reports/export/folder"
)

// Write writes a folder with an event file for each run, and one file about all of them.
// It returns the pictures that are damaged, in words. Values are read and written in
// pages, so memory does not grow with their number.
func Write(ctx context.Context, s *export.Selection, to *folder.Folder) (problems []string, err error) {
	survey, err := s.Survey(ctx)
	if err != nil {
		return nil, err
	}
	kinds := map[string]export.Kind{}
	for _, one := range survey.Settings {
		kinds[one.Name] = one.Kind
	}
	if len(s.Runs) > 0 {
		err := to.Create(fileName(s.Runs[0]), func(w io.Writer) error {
			e := events{w}
			if err := e.begin(s.Runs[0].Started); err != nil {
				return err
			}
			return e.value(s.Runs[0].Started, 0, hparams(experimentTag, 2, experiment(survey)))
		})
		if err != nil {
			return nil, err
		}
	}
	return problems, s.Each(ctx, "files", func(run export.Run) error {
		return to.Create(Folder(run.RunSummary)+"/"+fileName(run.RunSummary), func(w io.Writer) error {
			r := writer{events{w}, s, run, export.Clock{}}
			found, err := r.write(ctx, kinds)
			problems = append(problems, found...)
			return err
		})
	})
}

// fileName is one that TensorBoard takes for an event file: it has tfevents in it. The
// second in which the run started is where others have that of the file.
func fileName(run store.RunSummary) string {
	return fmt.Sprintf("events.out.tfevents.%010d.runexp", run.Started.Unix())
}

// Folder is the name of a run in TensorBoard: EXPERIMENT/run-NUMBER-UID. Characters of the
// experiment that a folder may not have, or a shell reads, become underscores.
func Folder(run store.RunSummary) string {
	const most = 60 // characters, at most 240 bytes
	var name strings.Builder
	for i, r := range []rune(run.Experiment) {
		switch {
		case i >= most:
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' && i > 0:
			name.WriteRune(r)
		default:
			name.WriteByte('_')
		}
	}
	if name.Len() == 0 {
		name.WriteByte('_')
	}
	return fmt.Sprintf("%s/run-%d-%s", &name, run.Number, run.UID.Short())
}

// A writer writes the event file of a run.
type writer struct {
	events
	from  *export.Selection
	run   export.Run
	clock export.Clock
}

func (w *writer) write(ctx context.Context, kinds map[string]export.Kind) (problems []string, err error) {
	if w.clock, err = w.from.ClockOf(ctx, w.run.RunSummary); err != nil {
		return nil, err
	}
	if err := w.begin(w.run.Started); err != nil {
		return nil, err
	}
	if err := w.value(w.run.Started, 0, hparams(startTag, 3, sessionStart(w.run, kinds))); err != nil {
		return nil, err
	}
	for v, err := range w.from.EachValue(ctx, w.run.Number) {
		if err == nil {
			err = w.value(w.clock.At(v.Step), v.Step, scalar(v.Name, v.Value))
		}
		if err != nil {
			return nil, err
		}
	}
	for _, score := range w.run.Scores {
		if err := w.value(w.clock.At(w.run.Step()), w.run.Step(), scalar(score.Name, score.Value)); err != nil {
			return nil, err
		}
	}
	if problems, err = w.pictures(ctx); err != nil {
		return nil, err
	}
	if w.run.Status == store.Running {
		return problems, nil
	}
	return problems, w.value(w.run.Ended, 0, hparams(endTag, 4, sessionEnd(w.run)))
}
