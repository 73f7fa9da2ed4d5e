package sweep

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"runexp/reports/document"
	"runexp/reports/plots"
)

// plotted draws a figure in both formats; the page embeds the smaller one.
func plotted(f plots.Figure, name, alt, caption string) (document.Block, error) {
	figure := &document.Figure{Alt: alt, Caption: caption}
	for _, format := range []struct{ ending, mime string }{{"png", "image/png"}, {"svg", "image/svg+xml"}} {
		data, err := plots.Encode(f, format.ending)
		if err != nil {
			return document.Block{}, err
		}
		file := document.File{Name: name + "." + format.ending, MIME: format.mime, Data: data}
		figure.Files = append(figure.Files, file)
		if figure.Shown.Data == nil || len(data) < len(figure.Shown.Data) {
			figure.Shown = file
		}
	}
	return document.Block{Figure: figure}, nil
}

// quality of a JPEG in which brushwork and noise are still what they were.
const quality = 92

// pictured keeps a picture of pictures as PNG, and embeds it as a JPEG, which is
// about a tenth as large.
func pictured(m image.Image, name, alt, caption string) (document.Block, error) {
	var whole, small bytes.Buffer
	if err := png.Encode(&whole, m); err != nil {
		return document.Block{}, err
	}
	if err := jpeg.Encode(&small, m, &jpeg.Options{Quality: quality}); err != nil {
		return document.Block{}, err
	}
	return document.Block{Figure: &document.Figure{
		Alt: alt, Caption: caption, Wide: true,
		Files: []document.File{{Name: name + ".png", MIME: "image/png", Data: whole.Bytes()}},
		Shown: document.File{Name: name + ".jpg", MIME: "image/jpeg", Data: small.Bytes()},
	}}, nil
}
