package experiments

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"time"

	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
	"runexp/internal/atomicfile"
)

// recorder is the run.Observer that writes everything down: numbers and
// pictures into the store, pictures into the run's folder as well.
type recorder struct {
	ctx     context.Context // of the records: not cancelled by the signal that stops the run
	run     *store.Run
	folder  string
	text    map[string]string // every PNG's metadata
	elapsed time.Duration
	final   string // path of the final picture
}

var _ run.Observer = (*recorder)(nil)

// stageEvent is the data of an event of the kind "stage".
type stageEvent struct {
	Stage  int `json:"stage"` // from 1
	Height int `json:"height"`
	Width  int `json:"width"`
}

func (r *recorder) Begin(s run.Stage) error {
	return r.run.Event(r.ctx, "stage", s.Step, stageEvent{s.Index + 1, s.Height, s.Width})
}

// Row records loss/total, loss/<name>, loss/<name>/<layer> and, of a row that
// an iteration follows, its time, rate and evaluations so far.
func (r *recorder) Row(row run.Row) error {
	values := []store.Value{{Name: "loss/total", Value: row.Total}}
	sums := map[string]int{} // position in values
	for _, t := range row.Terms {
		name := "loss/" + t.Loss
		at, seen := sums[name]
		if !seen {
			at = len(values)
			sums[name] = at
			values = append(values, store.Value{Name: name})
		}
		values[at].Value += t.TapWeight * t.Value
		values = append(values, store.Value{Name: name + "/" + t.Layer, Value: t.Value})
	}
	values = append(values, store.Value{Name: "evaluations", Value: float64(row.Evals)})
	if !row.Last {
		r.elapsed += row.Took
		values = append(values,
			store.Value{Name: "time/iteration", Value: row.Took.Seconds()},
			store.Value{Name: "rate", Value: row.Rate})
	}
	return r.run.Log(r.ctx, row.Step, values)
}

func (r *recorder) Picture(p run.Picture) error {
	name := map[string]string{
		"intermediate": fmt.Sprintf("step-%06d.png", p.Step),
		"stage":        fmt.Sprintf("stage-%d.png", p.Stage+1),
		"final":        "picture.png",
		"last":         "last.png",
	}[p.Kind]
	text := map[string]string{"runexp.step": fmt.Sprint(p.Step)}
	for k, v := range r.text {
		text[k] = v
	}
	var png bytes.Buffer
	if err := imaging.EncodePNG(&png, p.Image, text); err != nil {
		return err
	}
	path := filepath.Join(r.folder, name)
	if p.Kind == "final" {
		r.final = path
	}
	err := r.run.Artifact(r.ctx, store.Artifact{
		Kind: "picture", Name: name, Stage: p.Stage + 1, Step: p.Step, MIME: "image/png",
		Data: png.Bytes(), Width: p.Image.W, Height: p.Image.H,
	})
	if err != nil {
		return err
	}
	return atomicfile.Write(path, png.Bytes())
}

// observers passes everything on to each of them in turn.
type observers []run.Observer

func (o observers) each(tell func(run.Observer) error) error {
	for _, observer := range o {
		if err := tell(observer); err != nil {
			return err
		}
	}
	return nil
}

func (o observers) Begin(s run.Stage) error {
	return o.each(func(x run.Observer) error { return x.Begin(s) })
}
func (o observers) Row(r run.Row) error {
	return o.each(func(x run.Observer) error { return x.Row(r) })
}
func (o observers) Picture(p run.Picture) error {
	return o.each(func(x run.Observer) error { return x.Picture(p) })
}
