package experiments

import (
	"bytes"
	"context"
	"fmt"

	"runexp/framework/imaging"
	"runexp/framework/store"
)

// recordInputs keeps the photograph and the paintings in the notebook, as the last
// stage uses them: a report shows them beside the result, wherever their files
// have gone. Runs of the same pictures and sizes share them.
func (a *Attempt) recordInputs(ctx context.Context) error {
	plan := a.trial.Plan
	uses := plan.Images(len(plan.Stages()) - 1)
	for i, image := range append([]*imaging.Image{plan.Content()}, plan.Styles()...) {
		kind, name := "style", fmt.Sprintf("painting-%d.png", i)
		if i == 0 {
			kind, name = "content", "photograph.png"
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
