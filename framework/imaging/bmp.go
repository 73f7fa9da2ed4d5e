package imaging

import (
	"encoding/binary"
	"errors"
)

// A BMP's header has its own size at byte 14, the bits per pixel at 28, and since
// version 4 (108 bytes) the alpha mask at 66.

func pixelsPerByteOfBMP(data []byte) float64 {
	return 8 / float64(binary.LittleEndian.Uint16(data[28:])) // bmp.DecodeConfig has checked that it is at least 1 bit
}

// checkBMP rejects 32 bits whose fourth channel is not alpha: x/image/bmp treats it as
// alpha whenever the header is long enough for a mask, and an image with zero padding
// would be fully transparent.
func checkBMP(data []byte) error {
	const maskEnd = 70
	if len(data) < maskEnd || binary.LittleEndian.Uint32(data[14:]) < maskEnd-14 {
		return nil
	}
	if binary.LittleEndian.Uint16(data[28:]) == 32 && binary.LittleEndian.Uint32(data[66:]) == 0 {
		return errors.New("has 32 bits per pixel but no alpha; save it with 24 bits")
	}
	return nil
}
