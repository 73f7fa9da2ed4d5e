package trial

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
func (a *attempt) recordInputs(ctx context.Context) error {
	uses := a.trial.Images[len(a.trial.Images)-1]
	for i, image := range append([]*imaging.Image{a.prepared.Content()}, a.prepared.Styles()...) {
		kind, name := "style", fmt.Sprintf("painting-%d.png", i)
		if i == 0 {
			kind, name = "content", "photograph.png"
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
