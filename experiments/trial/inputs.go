package trial

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// recordInputs stores the content and style images at the size of the last stage, so that
// a report can show them even if the files are gone. Equal images are stored once. A
// resumed run inherits its parent's, whatever their names.
func (a *attempt) recordInputs(ctx context.Context) error {
	inherited, err := a.store.Artifacts(ctx, a.run.Number())
	if err != nil || slices.ContainsFunc(inherited, func(f store.StoredArtifact) bool { return f.Kind == "content" }) {
		return err
	}
	uses := a.trial.Images[len(a.trial.Images)-1]
	for i, image := range append([]*imaging.Image{a.prepared.Content()}, a.prepared.Styles()...) {
		kind, name := "style", fmt.Sprintf("style-%d.png", i-1)
		if i == 0 {
			kind, name = "content", "content.png"
		}
		image = image.Resize(uses[i].UsedHeight, uses[i].UsedWidth)
		var png bytes.Buffer
		if err := imaging.EncodePNG(&png, image, nil); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		err := a.run.Artifact(ctx, store.Artifact{
			Kind: kind, Name: name, MIME: "image/png", Data: png.Bytes(), Width: image.W, Height: image.H,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
