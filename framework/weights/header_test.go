package weights

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func TestOpenRefuses(t *testing.T) {
	tensor := `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	four := make([]byte, 4)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"seven bytes", []byte("1234567"), "not a safetensors file"},
		{"text", []byte("hello, this is a text file"), "not a safetensors file"},
		{"zip", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x08rest"), "a damaged or truncated zip archive"},
		{"legacy pth", []byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."), "bad pickle: byte 15: the pickle is truncated"},
		{"web page", []byte("\n<!DOCTYPE html><html>"), "web page"},
		{"git-lfs", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"), "git lfs pull"},
		{"keras", []byte("\x89HDF\r\n\x1a\n          "), "HDF5"},
		{"header past the end", append(binary.LittleEndian.AppendUint64(nil, 999), "{}"...), "truncated: its header has 999 bytes and the file 10"},
		{"header over the limit", append(binary.LittleEndian.AppendUint64(nil, maxHeader+1), "{}"...), "it has no header"},
		{"negative header", append(binary.LittleEndian.AppendUint64(nil, 1<<63+2), "{}"...), "it has no header"},
		{"data cut short", build(`{"w":`+tensor+`}`, four[:3]), `truncated: tensor "w" ends at byte 4 of the data, which has 3`},
		{"bytes left over", build(`{"w":`+tensor+`}`, make([]byte, 6)), "2 extra bytes after the last tensor"},
		{"hole", build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, make([]byte, 8)), `gap from byte 0 to 4 before tensor "w"`},
		{"overlap", build(`{"a":`+tensor+`,"b":`+tensor+`}`, four), `tensors "a" and "b" overlap`},
		{"partial overlap", build(`{"a":`+tensor+`,"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, make([]byte, 6)), `tensors "a" and "b" overlap`},
		{"size and shape differ", build(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, four), "F32 of shape [2] has 8 bytes, but data_offsets span 4"},
		{"shape overflows to the right size", build(`{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, nil), "too large"},
		{"shape overflows, then zero", build(`{"w":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}`, nil), "too large"},
		{"backwards", build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four), "not a begin and end"},
		{"three offsets", build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, four), "not a begin and end"},
		{"negative", build(`{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four), "-1 is not a whole number"},
		{"fraction", build(`{"w":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, four), "1.0 is not a whole number"},
		{"too large a number", build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551620]}}`, four), "not a whole number"},
		{"unknown dtype", build(`{"w":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}`, four), `unknown dtype "f32"`},
		{"unknown key", build(`{"w":{"dtype":"F32","Shape":[1],"data_offsets":[0,4]}}`, four), `"w": "Shape": unknown key`},
		{"key missing", build(`{"w":{"dtype":"F32","data_offsets":[0,4]}}`, four), "needs dtype, shape and data_offsets"},
		{"same name twice", build(`{"w":`+tensor+`,"w":`+tensor+`}`, four), `"w" occurs twice`},
		{"same name twice, escaped", build(`{"w":`+tensor+`,"\u0077":`+tensor+`}`, four), `"w" occurs twice`},
		{"same key twice", build(`{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four), `"dtype" occurs twice`},
		{"shape is null", build(`{"w":{"dtype":"F32","shape":null,"data_offsets":[0,4]}}`, four), "want a list or object"},
		{"tensor is a number", build(`{"w":1}`, nil), "want a list or object"},
		{"metadata is not text", build(`{"__metadata__":{"epochs":3}}`, nil), `"epochs": got 3, want a string`},
		{"two values", build(`{}{}`, nil), "not valid JSON"},
		{"trailing comma", build(`{"w":`+tensor+`,}`, four), "not valid JSON"},
		{"zero padding", build("{}\x00\x00", nil), "not valid JSON"},
		{"not UTF-8", build("{\"\xff\":"+tensor+"}", four), "not UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenReader(bytes.NewReader(c.file), int64(len(c.file)), "bad.safetensors")
			expect(t, err, "bad.safetensors", c.want)
		})
	}
}

// FuzzOpen checks that a file that opens can be read without a panic, never past its
// end, and that the tensors and the header fill it.
func FuzzOpen(f *testing.F) {
	f.Add(build(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"a":"b"}}`, make([]byte, 4)))
	f.Add(build(`{"a":{"dtype":"F16","shape":[2,0],"data_offsets":[0,0]},"b":{"dtype":"I64","shape":[],"data_offsets":[0,8]}} `, make([]byte, 8)))
	f.Add([]byte("PK\x03\x04\x14\x00\x00\x00"))
	f.Add([]byte(strings.Repeat("\x02\x00\x00\x00\x00\x00\x00\x00{}", 2)))
	f.Fuzz(func(t *testing.T, file []byte) {
		opened, err := OpenReader(bytes.NewReader(file), int64(len(file)), "fuzz")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "weights fuzz: ") {
				t.Errorf("error does not name the file: %v", err)
			}
			return
		}
		if _, safetensors := headerLength(file); !safetensors {
			return // FuzzCheckpoint's
		}
		total := 8 + int64(binary.LittleEndian.Uint64(file))
		for _, name := range opened.Names() {
			entry := opened.tensors[name]
			total += entry.end - entry.begin
			shape, err := opened.Shape(name)
			if err != nil {
				t.Fatal(err)
			}
			count := 1
			for _, n := range shape {
				count *= n
			}
			if values, err := opened.Read(name); err == nil && len(values) != count {
				t.Errorf("%s: %d values of shape %v", name, len(values), shape)
			}
		}
		if total != int64(len(file)) {
			t.Errorf("header and tensors take %d bytes of %d", total, len(file))
		}
	})
}
