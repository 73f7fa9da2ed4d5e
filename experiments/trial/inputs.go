package trial

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"runexp/framework/imaging"
	"runexp/framework/run"
	"runexp/framework/store"
)

// recordInputs stores the content image, if there is one, and the style images at the size
// of the last stage, so that a report can show them even if the files are gone. Equal
// images are stored once. A resumed run inherits its parent's, whatever their names.
func (a *attempt) recordInputs(ctx context.Context) error {
	inherited, err := a.store.Artifacts(ctx, a.run.Number())
	if err != nil || slices.ContainsFunc(inherited, func(f store.StoredArtifact) bool { return f.Kind == "content" || f.Kind == "style" }) {
		return err
	}
	uses := a.trial.Images[len(a.trial.Images)-1]
	if content := a.prepared.Content(); content != nil {
		if err := a.recordInput(ctx, "content", "content.png", content, uses[0]); err != nil {
			return err
		}
		uses = uses[1:]
	}
	for i, style := range a.prepared.Styles() {
		if err := a.recordInput(ctx, "style", fmt.Sprintf("style-%d.png", i), style, uses[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *attempt) recordInput(ctx context.Context, kind, name string, image *imaging.Image, use run.ImageUse) error {
	image = image.Resize(use.UsedHeight, use.UsedWidth)
	var png bytes.Buffer
	if err := imaging.EncodePNG(&png, image, nil); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return a.run.Artifact(ctx, store.Artifact{
		Kind: kind, Name: name, MIME: "image/png", Data: png.Bytes(), Width: image.W, Height: image.H,
	})
}
