package sweep

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"runexp/reports/document"
	"runexp/reports/plots"
	"runexp/reports/sheet"
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

// quality of JPEG files, high enough to keep fine texture and noise.
const quality = 92

// pictureTable returns the pictures of a grid one by one, of the given height in pixels or less.
func pictureTable(g sheet.Grid, height int) (*document.PictureTable, error) {
	list := &document.PictureTable{Title: g.Title, Rows: g.Rows.Name, Columns: g.Columns.Name, RowLevels: g.Rows.Levels, ColumnLevels: g.Columns.Levels}
	var err error
	for _, row := range g.Cells {
		var pictures []document.Picture
		if pictures, err = thumbnails(row, height); err != nil {
			return nil, err
		}
		list.Cells = append(list.Cells, pictures)
	}
	list.Beside, err = thumbnails(g.Beside, height)
	return list, err
}

func thumbnails(cells []sheet.Cell, height int) ([]document.Picture, error) {
	list := make([]document.Picture, len(cells))
	for i, c := range cells {
		list[i].Note = c.Note
		if c.Picture == nil {
			continue
		}
		picture, err := sheet.Scaled(c.Picture, height)
		if err != nil {
			return nil, err
		}
		var data bytes.Buffer
		if err := jpeg.Encode(&data, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		list[i].File = &document.File{MIME: "image/jpeg", Data: data.Bytes()}
	}
	return list, nil
}

// pictured returns a figure: a PNG file, and a JPEG to embed, which is about a tenth
// as large.
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
