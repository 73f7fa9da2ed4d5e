package imaging

import (
	"bytes"
	"encoding/binary"
)

// EXIF data is a TIFF structure (CIPA DC-008, 4.5) in any file format.

// exifPrefix precedes EXIF data in JPEG and, by some writers, in other formats.
const exifPrefix = "Exif\x00\x00"

// exifOfJPEG returns the first APP1 segment "Exif\0\0", nil if there is none.
func exifOfJPEG(data []byte) (exif []byte) {
	const app1 = 0xe1
	eachSegment(data, func(marker byte, segment []byte) bool {
		found := false
		if marker == app1 {
			if segment, found = bytes.CutPrefix(segment, []byte(exifPrefix)); found {
				exif = segment
			}
		}
		return !found
	})
	return exif
}

// progressive reports whether a JPEG's coefficients are in several scans, so that the
// decoder must store all of them.
func progressive(data []byte) (is bool) {
	const progressiveFrame = 0xc2
	eachSegment(data, func(marker byte, _ []byte) bool {
		is = is || marker == progressiveFrame
		return !is
	})
	return is
}

// eachSegment calls visit for the segments of a JPEG before its first scan, until visit
// returns false.
func eachSegment(data []byte, visit func(marker byte, segment []byte) bool) {
	rest := data[2:] // past the start marker
	for len(rest) >= 4 && rest[0] == 0xff {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		const startOfScan = 0xda
		length := int(binary.BigEndian.Uint16(rest[2:])) // includes its own two bytes
		if marker == startOfScan || length < 2 || 2+length > len(rest) || !visit(marker, rest[4:2+length]) {
			return
		}
		rest = rest[2+length:]
	}
}

// exifOfPNG returns the eXIf chunk (PNG, third edition), nil if there is none.
func exifOfPNG(data []byte) []byte {
	rest := data[len(pngSignature):]
	for len(rest) >= 12 { // length, type, checksum
		length, body := uint64(binary.BigEndian.Uint32(rest)), rest[8:]
		if length+4 > uint64(len(body)) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return bytes.TrimPrefix(body[:length], []byte(exifPrefix))
		}
		rest = body[length+4:]
	}
	return nil
}

func exifOfWebP(data []byte) []byte {
	return bytes.TrimPrefix(webpChunk(data, "EXIF"), []byte(exifPrefix))
}
