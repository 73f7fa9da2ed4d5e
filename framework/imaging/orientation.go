package imaging

import (
	"bytes"
	"encoding/binary"
)

// exifOrientation returns the orientation that a JPEG's EXIF data says its
// stored rows have, 1 to 8, or 1 (as stored) if there is none that can be read:
// a picture is not refused for its camera's notes.
//
// EXIF is an APP1 segment "Exif\0\0" that holds a TIFF file; the orientation is
// tag 0x0112, one SHORT, of its first directory (CIPA DC-008, 4.6.4).
func exifOrientation(jpeg []byte) int {
	rest := jpeg[min(2, len(jpeg)):] // past the start marker
	for len(rest) >= 4 && rest[0] == 0xff {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		const startOfScan, app1 = 0xda, 0xe1
		length := int(binary.BigEndian.Uint16(rest[2:])) // counts itself
		if marker == startOfScan || length < 2 || 2+length > len(rest) {
			return 1
		}
		segment := rest[4 : 2+length]
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == app1 {
			return tiffOrientation(tiff)
		}
		rest = rest[2+length:]
	}
	return 1
}

func tiffOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	if at := uint64(order.Uint32(tiff[4:])); at <= uint64(len(tiff)) {
		tiff = tiff[at:]
	}
	if len(tiff) < 2 {
		return 1
	}
	const tag, short, entry = 0x0112, 3, 12
	entries := tiff[2:]
	for range order.Uint16(tiff) {
		if len(entries) < entry {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[entry:]
	}
	return 1
}

// oriented returns m, stored with the given EXIF orientation, as it is to be
// seen. From 5 on, rows and columns are exchanged.
func (m *Image) oriented(orientation int) *Image {
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
		}
	}
	return out
}
