package imaging

import (
	"encoding/binary"
	"errors"
)

// A BMP's header: its own size at byte 14, the bits of a pixel at 28, and from
// the fourth version (108 bytes) on the mask of alpha at 66.

func pixelsPerByteOfBMP(data []byte) float64 {
	return 8 / float64(binary.LittleEndian.Uint16(data[28:])) // as bmp.DecodeConfig found: 1 bit or more
}

// checkBMP refuses 32 bits whose fourth channel is not alpha: x/image/bmp takes
// it for that wherever the header is long enough for a mask, and a picture whose
// padding is zero would be empty.
func checkBMP(data []byte) error {
	const maskEnd = 70
	if len(data) < maskEnd || binary.LittleEndian.Uint32(data[14:]) < maskEnd-14 {
		return nil
	}
	if binary.LittleEndian.Uint16(data[28:]) == 32 && binary.LittleEndian.Uint32(data[66:]) == 0 {
		return errors.New("has 32 bits a pixel, but no alpha; save it with 24 bits")
	}
	return nil
}
