package imaging

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// ReadPNGText returns the keywords and texts of a PNG: its tEXt chunks (Latin-1) and
// its uncompressed iTXt chunks (UTF-8). The first text of a repeated keyword counts.
// Only the chunks' headers and the text are held in memory; pixels are skipped
// unchecked. The texts are untrusted and may have control characters: print them with
// internal/printable.
func ReadPNGText(r io.Reader) (map[string]string, error) {
	signature := make([]byte, len(pngSignature))
	if _, err := io.ReadFull(r, signature); err != nil || string(signature) != pngSignature {
		return nil, errors.New("image: not a PNG; text can only be read from a PNG")
	}
	text := map[string]string{}
	for {
		kind, data, err := nextText(r)
		if err != nil {
			return nil, fmt.Errorf("image: %w", err)
		}
		if kind == "IEND" {
			return text, nil
		}
		key, value, ok := parseText(kind, data)
		if _, taken := text[key]; ok && !taken {
			text[key] = value
		}
	}
}

// nextText returns the next text chunk or the end chunk.
func nextText(r io.Reader) (kind string, data []byte, err error) {
	for {
		head := make([]byte, 8) // length and type
		if _, err := io.ReadFull(r, head); err != nil {
			return "", nil, cutShort(err)
		}
		length, kind := int64(binary.BigEndian.Uint32(head)), string(head[4:])
		switch kind {
		case "IEND":
			return kind, nil, nil
		case "tEXt", "iTXt":
			// The length may be wrong: allocate only what can be read.
			chunk, err := io.ReadAll(io.LimitReader(r, length+4))
			if err != nil {
				return "", nil, err
			}
			if int64(len(chunk)) < length+4 {
				return "", nil, cutShort(io.EOF)
			}
			data, sum := chunk[:length], binary.BigEndian.Uint32(chunk[length:])
			if crc32.Update(crc32.ChecksumIEEE(head[4:]), crc32.IEEETable, data) != sum {
				return "", nil, fmt.Errorf("the PNG is damaged: the checksum of its %s chunk is wrong; download it again", kind)
			}
			return kind, data, nil
		}
		if _, err := io.CopyN(io.Discard, r, length+4); err != nil {
			return "", nil, cutShort(err)
		}
	}
}

func cutShort(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the PNG is truncated; download it again")
	}
	return err
}

func parseText(kind string, data []byte) (key, value string, ok bool) {
	keyword, rest, ok := bytes.Cut(data, []byte{0})
	if !ok {
		return "", "", false
	}
	if kind == "tEXt" {
		return fromLatin1(keyword), fromLatin1(rest), true
	}
	if len(rest) < 2 || rest[0] != 0 { // compression flag and method
		return "", "", false
	}
	_, rest, _ = bytes.Cut(rest[2:], []byte{0}) // language
	_, rest, ok = bytes.Cut(rest, []byte{0})    // keyword in that language
	return fromLatin1(keyword), string(rest), ok && utf8.Valid(rest)
}

// textChunks returns text as chunks sorted by keyword: tEXt if the value is Latin-1,
// else iTXt.
func textChunks(text map[string]string) ([]byte, error) {
	var chunks []byte
	for _, key := range slices.Sorted(maps.Keys(text)) {
		value := text[key]
		keyword, ok := toLatin1(key)
		if !ok || !validKeyword(keyword) {
			return nil, fmt.Errorf("PNG keyword %q: give 1 to 79 printable Latin-1 characters without double, leading or trailing spaces", key)
		}
		if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
			return nil, fmt.Errorf("PNG text of %q is not UTF-8 or has a zero byte", key)
		}
		if latin, ok := toLatin1(value); ok {
			chunks = appendChunk(chunks, "tEXt", keyword, []byte{0}, latin)
		} else {
			// Flags: not compressed, method 0; no language, no translated keyword.
			chunks = appendChunk(chunks, "iTXt", keyword, []byte{0, 0, 0, 0, 0}, []byte(value))
		}
	}
	return chunks, nil
}

// appendChunk appends a chunk: length, type, data, and the checksum of type and data.
func appendChunk(b []byte, kind string, data ...[]byte) []byte {
	body := slices.Concat(data...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	start := len(b)
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[start:]))
}

// validKeyword reports whether a keyword is valid by the PNG specification (11.3.4.2).
func validKeyword(latin []byte) bool {
	if len(latin) < 1 || len(latin) > 79 || latin[0] == ' ' || latin[len(latin)-1] == ' ' || bytes.Contains(latin, []byte("  ")) {
		return false
	}
	for _, c := range latin {
		if c < 32 || c > 126 && c < 161 {
			return false
		}
	}
	return true
}

func toLatin1(s string) ([]byte, bool) {
	latin := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xff {
			return nil, false
		}
		latin = append(latin, byte(r))
	}
	return latin, true
}

func fromLatin1(latin []byte) string {
	var s strings.Builder
	for _, c := range latin {
		s.WriteRune(rune(c))
	}
	return s.String()
}
