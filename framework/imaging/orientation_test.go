package imaging

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"strings"
	"testing"
)

// Pillow's ImageOps.exif_transpose gives the same layouts.
func TestOriented(t *testing.T) {
	for orientation, want := range []string{
		1: "abc/def", 2: "cba/fed", 3: "fed/cba", 4: "def/abc",
		5: "ad/be/cf", 6: "da/eb/fc", 7: "fc/eb/da", 8: "cf/be/ad", 9: "abc/def",
	} {
		if want == "" {
			continue
		}
		m := New(2, 3)
		for i := range 6 {
			for c := range Channels {
				m.Pix[i*Channels+c] = float32(int('a')+i) + float32(c)/4
			}
		}
		out := m.applyOrientation(orientation)
		var rows []string
		for y := range out.H {
			row := ""
			for x := range out.W {
				pixel := out.Pix[(y*out.W+x)*Channels:][:Channels]
				row += string(rune(pixel[0]))
				if pixel[1] != pixel[0]+0.25 || pixel[2] != pixel[0]+0.5 {
					t.Errorf("orientation %d: pixel %v was torn apart", orientation, pixel)
				}
			}
			rows = append(rows, row)
		}
		if got := strings.Join(rows, "/"); got != want {
			t.Errorf("orientation %d: %s, want %s", orientation, got, want)
		}
	}
}

// exif returns an APP1 segment whose directory has the orientation second.
func exif(order binary.AppendByteOrder, orientation, kind uint16) []byte {
	tiff := []byte("II")
	if order.String() == "BigEndian" {
		tiff = []byte("MM")
	}
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 10) // the directory is two bytes later than usual
	tiff = append(tiff, 0, 0)
	tiff = order.AppendUint16(tiff, 2)
	for _, entry := range [][2]uint16{{0x010f, 0x1234}, {0x0112, orientation}} {
		tiff = order.AppendUint16(tiff, entry[0])
		tiff = order.AppendUint16(tiff, kind)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, entry[1])
		tiff = append(tiff, 0, 0)
	}
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(segment, body...)
}

func TestExifOrientation(t *testing.T) {
	stored := image.NewRGBA(image.Rect(0, 0, 32, 16)) // left half white
	for y := range 16 {
		for x := range 16 {
			stored.Set(x, y, color.White)
		}
	}
	plain := jpegOf(t, stored)
	insert := func(segments ...[]byte) []byte {
		return append(append(bytes.Clone(plain[:2]), bytes.Join(segments, nil)...), plain[2:]...)
	}
	comment := []byte{0xff, 0xfe, 0, 4, 'h', 'i'}
	xmp := append([]byte{0xff, 0xe1, 0, 10}, "http://x"...)
	const short, rational = 3, 5
	for _, c := range []struct {
		name string
		file []byte
		want int
	}{
		{"none", plain, 1},
		{"little endian", insert(exif(binary.LittleEndian, 6, short)), 6},
		{"big endian", insert(exif(binary.BigEndian, 8, short)), 8},
		{"after others and padding", insert(comment, xmp, []byte{0xff, 0xff}, exif(binary.LittleEndian, 5, short)), 5},
		{"out of range", insert(exif(binary.LittleEndian, 9, short)), 1},
		{"zero", insert(exif(binary.LittleEndian, 0, short)), 1},
		{"of another type", insert(exif(binary.LittleEndian, 6, rational)), 1},
		{"cut short", insert(exif(binary.LittleEndian, 6, short))[:30], 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := orientation(exifOfJPEG(c.file)); got != c.want {
				t.Errorf("orientation %d, want %d", got, c.want)
			}
		})
	}
	// Neither a prefix of the file nor a wrong offset of the directory is read past the end.
	file := insert(exif(binary.BigEndian, 8, short))
	for n := 2; n < len(file); n++ {
		orientation(exifOfJPEG(file[:n]))
	}
	lying := bytes.Clone(file)
	copy(lying[16:], "\xff\xff\xff\xff")
	if got := orientation(exifOfJPEG(lying)); got != 1 {
		t.Errorf("directory past the end: %d", got)
	}

	m, err := DecodeReader(bytes.NewReader(insert(exif(binary.LittleEndian, 6, short))), "turned")
	if err != nil {
		t.Fatal(err)
	}
	top, bottom := m.Pix[4*m.W*Channels], m.Pix[28*m.W*Channels]
	if m.H != 32 || m.W != 16 || top < 0.95 || bottom > 0.05 {
		t.Errorf("%d×%d, top %v, bottom %v; want 32×16, white above black", m.H, m.W, top, bottom)
	}
}
