package mlflow

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"runexp/framework/store"
	"runexp/reports/export"
)

// An artifact is a file of a run on the server.
type artifact struct {
	path string // kind/name
	hash string // of its data in the store; of the config, its text
	data []byte // of the config; nil for what the store has by its hash
}

// artifacts lists what is uploaded of a run: its pictures and its config.
func (w *writer) artifacts(ctx context.Context, run export.Run) ([]artifact, error) {
	stored, err := w.from.Store.Artifacts(ctx, run.Number)
	if err != nil {
		return nil, err
	}
	detail, err := w.from.Store.FindRun(ctx, fmt.Sprint(run.Number))
	if err != nil {
		return nil, err
	}
	var list []artifact
	used := map[string]bool{}
	for _, a := range stored {
		name := plainName(a.Name)
		if used[a.Kind+"/"+name] { // of another stage or step
			name = fmt.Sprintf("stage-%d-step-%d-%s", a.Stage, a.Step, name)
		}
		used[a.Kind+"/"+name] = true
		list = append(list, artifact{path: plainName(a.Kind) + "/" + name, hash: a.Hash})
	}
	if config := detail.ConfigResolved; config != "" {
		list = append(list, artifact{path: "config.yaml", hash: config, data: []byte(config)})
	}
	return list, nil
}

// plainName returns a name that is one part of a path on any server.
func plainName(name string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '_'
	}, name)
	if plain == "" || plain[0] == '.' {
		plain = "_" + plain
	}
	return plain
}

// upload writes the artifacts through the server. One that has its clients write to a
// store of their own takes none; that is reported once.
func (w *writer) upload(ctx context.Context, run export.Run, uri string, list []artifact) error {
	at, err := url.Parse(uri)
	if err != nil || at.Scheme != "mlflow-artifacts" {
		if !w.unserved {
			w.unserved = true
			w.report.Problems = append(w.report.Problems, fmt.Sprintf("pictures and configs are not exported: the server has its clients write to %s themselves; mlflow server --serve-artifacts takes them", uri))
		}
		return nil
	}
	for _, a := range list {
		data := a.data
		if data == nil {
			data, err = w.from.Store.Blob(ctx, a.hash)
			if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotFound) {
				w.report.Problems = append(w.report.Problems, fmt.Sprintf("run %d: %s is left out: %v", run.Number, a.path, err))
				continue
			}
			if err != nil {
				return err
			}
		}
		if err := w.to.put(ctx, at.Path+"/"+a.path, data); err != nil {
			return fmt.Errorf("%s: %w", a.path, err)
		}
	}
	return nil
}
