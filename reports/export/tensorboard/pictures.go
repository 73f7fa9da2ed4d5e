package tensorboard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"path"
	"regexp"
	"strings"

	"runexp/framework/store"
)

// pictures writes the PNG pictures of a run as they are stored. It returns those that are
// damaged, in words.
func (w *writer) pictures(ctx context.Context) (problems []string, err error) {
	list, err := w.from.Store.Artifacts(ctx, w.run.Number)
	if err != nil {
		return nil, err
	}
	for _, a := range list {
		if a.MIME != "image/png" {
			continue
		}
		data, err := w.from.Store.Blob(ctx, a.Hash)
		if err == nil {
			if _, wrong := png.DecodeConfig(bytes.NewReader(data)); wrong != nil {
				err = fmt.Errorf("%w: %w", store.ErrDamaged, wrong)
			}
		}
		if errors.Is(err, store.ErrDamaged) || errors.Is(err, store.ErrNotFound) {
			problems = append(problems, fmt.Sprintf("run %d: %s is left out: %v", w.run.Number, a.Name, err))
			continue
		}
		if err == nil {
			err = w.value(w.clock.At(a.Step), a.Step, picture(Tag(a.Artifact), a.Height, a.Width, colours(data), data))
		}
		if err != nil {
			return nil, err
		}
	}
	return problems, nil
}

// intermediate matches the name of a picture that was stored on the way.
var intermediate = regexp.MustCompile(`^step-\d+\.png$`)

// Tag is the name of a picture in TensorBoard. Pictures on the way and the result share
// one, so that its slider goes through them.
func Tag(a store.Artifact) string {
	if a.Kind == "picture" && (a.Name == "picture.png" || a.Name == "last.png" || intermediate.MatchString(a.Name)) {
		return a.Kind
	}
	name := strings.TrimSuffix(a.Name, path.Ext(a.Name))
	if name == a.Kind {
		return name
	}
	return a.Kind + "/" + name
}

// colours returns Summary.Image's colorspace of a PNG, which has its own code for it in
// the 26th byte: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
func colours(data []byte) int {
	return map[byte]int{0: 1, 4: 2, 2: 3, 3: 3, 6: 4}[data[25]]
}
