package sweep

import (
	"bytes"
	"image"
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

// pictured returns a figure of pictures: a PNG file.
func pictured(m image.Image, name, alt, caption string) (document.Block, error) {
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		return document.Block{}, err
	}
	return document.Block{Figure: &document.Figure{
		Alt: alt, Caption: caption, Wide: true,
		Files: []document.File{{Name: name + ".png", MIME: "image/png", Data: file.Bytes()}},
	}}, nil
}
