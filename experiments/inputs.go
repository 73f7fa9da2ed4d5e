package experiments

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// recordInputs stores the content and style images as the last stage uses them: a
// report shows them beside the result, even without their files. Equal images are
// stored once. A resumed run has those of its parent, under whatever names.
func (a *Attempt) recordInputs(ctx context.Context) error {
	inherited, err := a.store.Artifacts(ctx, a.Run.Number())
	if err != nil || slices.ContainsFunc(inherited, func(f store.StoredArtifact) bool { return f.Kind == "content" }) {
		return err
	}
	plan := a.trial.Plan
	uses := plan.Images(len(plan.Stages()) - 1)
	for i, image := range append([]*imaging.Image{plan.Photograph()}, plan.Paintings()...) {
		kind, name := "style", fmt.Sprintf("style-%d.png", i-1)
		if i == 0 {
			kind, name = "content", "content.png"
		}
		image = image.Resize(uses[i].UsedHeight, uses[i].UsedWidth)
		var png bytes.Buffer
		if err := imaging.EncodePNG(&png, image, nil); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		err := a.Run.Artifact(ctx, store.Artifact{
			Kind: kind, Name: name, MIME: "image/png", Data: png.Bytes(), Width: image.W, Height: image.H,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
