package reports

import (
	"bytes"
	"context"
	"fmt"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/internal/printable"
)

// Damaged is the text in place of a picture whose data in the store are damaged.
const Damaged = "damaged picture"

// Picture reads a picture of a run. Errors: store.ErrDamaged if its data are missing,
// changed or no picture, so that a report leaves out this picture only; those of the
// store.
func Picture(ctx context.Context, s *store.Store, a store.StoredArtifact) (*imaging.Image, error) {
	data, err := s.Blob(ctx, a.Hash)
	if err != nil {
		return nil, err
	}
	picture, err := imaging.DecodeReader(bytes.NewReader(data), printable.Excerpt(a.Name))
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", store.ErrDamaged, printable.Text(err.Error()))
	}
	return picture, nil
}

// Unshown is a line that names a picture that cannot be shown, and the reason.
func Unshown(run int64, a store.StoredArtifact, err error) string {
	return fmt.Sprintf("run %d: %s %s at step %d cannot be shown: %v", run, printable.Excerpt(a.Kind), printable.Excerpt(a.Name), a.Step, err)
}

// empty is a white picture of about the proportions of a stored one.
func empty(a store.StoredArtifact) *imaging.Image {
	const long = 240
	h, w := a.Height, a.Width
	if h < 1 || w < 1 {
		h, w = 3, 4 // not recorded
	}
	longer := float64(max(h, w))
	m := imaging.New(max(1, int(long*float64(h)/longer)), max(1, int(long*float64(w)/longer)))
	for i := range m.Pix {
		m.Pix[i] = 1
	}
	return m
}
