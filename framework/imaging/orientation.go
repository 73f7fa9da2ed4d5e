package imaging

// orientation returns the orientation in EXIF data, 1 to 8, or 1 (upright) if there is
// none or it is invalid: bad EXIF data is no reason to reject an image.
func orientation(exif []byte) int {
	d, ok := directoryOf(exif)
	if o := d.value(tagOrientation, 1); ok && o >= 1 && o <= 8 {
		return int(o)
	}
	return 1
}

// applyOrientation returns m, stored with the given EXIF orientation, upright. From 5
// on, rows and columns are exchanged.
func (m *Image) applyOrientation(orientation int) *Image {
	if orientation <= 1 || orientation > 8 {
		return m
	}
	transposed := orientation >= 5
	mirrored := orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8 // along rows
	flipped := orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7  // along columns
	out := New(m.H, m.W)
	if transposed {
		out = New(m.W, m.H)
	}
	if m.Alpha != nil {
		out.Alpha = make([]float32, len(m.Alpha))
	}
	for y := range out.H {
		for x := range out.W {
			row, column := y, x
			if transposed {
				row, column = x, y
			}
			if flipped {
				row = m.H - 1 - row
			}
			if mirrored {
				column = m.W - 1 - column
			}
			copy(out.Pix[(y*out.W+x)*Channels:][:Channels], m.Pix[(row*m.W+column)*Channels:])
			if m.Alpha != nil {
				out.Alpha[y*out.W+x] = m.Alpha[row*m.W+column]
			}
		}
	}
	return out
}
