package imaging

import (
	"bytes"
	"encoding/binary"
)

// EXIF data is a TIFF structure (CIPA DC-008, 4.5), whatever file it is in.

// exifPrefix is what JPEG has before EXIF data, and some writers elsewhere too.
const exifPrefix = "Exif\x00\x00"

// exifOfJPEG returns the first APP1 segment "Exif\0\0"; nil if there is none.
func exifOfJPEG(data []byte) []byte {
	rest := data[2:] // past the start marker
	for len(rest) >= 4 && rest[0] == 0xff {
		marker := rest[1]
		if marker == 0xff { // padding
			rest = rest[1:]
			continue
		}
		const startOfScan, app1 = 0xda, 0xe1
		length := int(binary.BigEndian.Uint16(rest[2:])) // counts itself
		if marker == startOfScan || length < 2 || 2+length > len(rest) {
			return nil
		}
		segment := rest[4 : 2+length]
		if exif, ok := bytes.CutPrefix(segment, []byte(exifPrefix)); ok && marker == app1 {
			return exif
		}
		rest = rest[2+length:]
	}
	return nil
}

// exifOfPNG returns the eXIf chunk (PNG, third edition); nil if there is none.
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
