package run

import (
	"maps"
	"slices"

	"runexp/framework/imaging"
)

// regionColors are those of the regions in their picture, in the order of their names. Okabe
// and Ito's: they can be told apart without colour vision.
var regionColors = [...][imaging.Channels]float32{
	{0.90, 0.62, 0.00}, {0.34, 0.71, 0.91}, {0.00, 0.62, 0.45}, {0.94, 0.89, 0.26},
	{0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.80, 0.47, 0.65}, {0.60, 0.60, 0.60},
}

// pictureSide is the longer side of an image in the picture of regions.
const pictureSide = 256

// regionsPicture shows the content image and below it the style images, each with its regions
// beside it in flat colours: a region has one colour, in no region is black.
func (p *Prepared) regionsPicture() *imaging.Image {
	rows := []inputImage{{p.original.content, p.content.masks}}
	for i, style := range p.styles {
		rows = append(rows, inputImage{p.original.styles[i], style.masks})
	}
	names := slices.Sorted(maps.Keys(p.content.masks))
	const gap = 8
	sheet := imaging.New(len(rows)*(pictureSide+gap)-gap, 2*pictureSide+gap)
	for i := range sheet.Pix {
		sheet.Pix[i] = 1
	}
	for i, row := range rows {
		scale := pictureSide / float64(max(row.H, row.W))
		small := row.Resize(max(1, int(float64(row.H)*scale+0.5)), max(1, int(float64(row.W)*scale+0.5)))
		top := i * (pictureSide + gap)
		paste(sheet, small, top, 0)
		paste(sheet, flatColors(row.masks, names, small.H, small.W), top, pictureSide+gap)
	}
	return sheet
}

// flatColors returns the mean of the colours of regions at each position, weighted by their masks.
func flatColors(masks map[string]*imaging.Image, names []string, h, w int) *imaging.Image {
	out := imaging.New(h, w)
	area := make([]float32, h*w)
	for k, name := range names {
		if masks[name] == nil {
			continue
		}
		color := regionColors[k%len(regionColors)]
		for i, v := range plane(masks[name], h, w) {
			area[i] += v
			for c := range color {
				out.Pix[i*imaging.Channels+c] += v * color[c]
			}
		}
	}
	for i, v := range area {
		for c := range imaging.Channels {
			out.Pix[i*imaging.Channels+c] /= max(v, 1)
		}
	}
	return out
}

// paste copies an image into another, from row top and column left.
func paste(into, image *imaging.Image, top, left int) {
	for y := range image.H {
		copy(into.Pix[((top+y)*into.W+left)*imaging.Channels:], image.Pix[y*image.W*imaging.Channels:][:image.W*imaging.Channels])
	}
}
