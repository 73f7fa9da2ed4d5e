package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"
)

// Parts of hand-written pickles.
const (
	proto   = "\x80\x02"
	dict    = proto + "}(X\x01\x00\x00\x00w" // {"w": …
	closing = "u."
	machine = proto + "}(X\x0d\x00\x00\x00little_endian\x88u."
	rebuild = "ctorch._utils\n_rebuild_tensor_v2\n("
	rest    = "\x89ccollections\nOrderedDict\n)Rt" // requires_grad, hooks
)

// persistent is storage "0" of count floats.
func persistent(count string) string {
	return "(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu" + count + "tQ"
}

// tensorPickle is a state dict {"w": tensor}; count, offset, shape and stride
// are opcodes.
func tensorPickle(count, offset, shape, stride string) string {
	return dict + rebuild + persistent(count) + offset + shape + stride + rest + "R" + closing
}

// legacy is a checkpoint of the older format with values in storage "0".
func legacy(state string, values ...float32) []byte {
	file := []byte(legacyMagic + proto + "M\xe9\x03." + machine + state)
	if values == nil {
		return append(file, proto+"]."...)
	}
	file = append(file, proto+"](X\x01\x00\x00\x000e."...)
	file = binary.LittleEndian.AppendUint64(file, uint64(len(values)))
	data, err := binary.Append(file, binary.LittleEndian, values)
	if err != nil {
		panic(err)
	}
	return data
}

// An entry of a zip archive; method deflates it, size overrides its length.
type entry struct {
	name, data string
	method     uint16
	size       uint64
}

func zipped(entries ...entry) []byte {
	var file bytes.Buffer
	w := zip.NewWriter(&file)
	for _, e := range entries {
		if e.size == 0 {
			e.size = uint64(len(e.data))
		}
		part, err := w.CreateRaw(&zip.FileHeader{
			Name: "archive/" + e.name, Method: e.method, CRC32: crc32.ChecksumIEEE([]byte(e.data)),
			CompressedSize64: uint64(len(e.data)), UncompressedSize64: e.size,
		})
		if err == nil {
			_, err = part.Write([]byte(e.data))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return file.Bytes()
}

// The hand-written pickle is valid, so that the tests below fail for their changes only.
func TestHandWrittenCheckpoint(t *testing.T) {
	state := tensorPickle("K\x02", "K\x00", "K\x02\x85", "K\x01\x85")
	for name, file := range map[string][]byte{
		"legacy": legacy(state, 1, 2),
		"zip":    zipped(entry{name: "data.pkl", data: state}, entry{name: "byteorder", data: "little"}, entry{name: "data/0", data: "\x00\x00\x80\x3f\x00\x00\x00\x40"}),
	} {
		if got, err := open(t, file).Read("w"); err != nil || len(got) != 2 || got[0] != 1 || got[1] != 2 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// TestHostilePickles: whatever a pickle names or claims, nothing is run, nothing large
// is allocated, and the error has the reason.
func TestHostilePickles(t *testing.T) {
	one := func(count, offset, shape, stride string) []byte {
		return legacy(tensorPickle(count, offset, shape, stride), 1, 2, 3, 4)
	}
	long := func(n int64) string {
		return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
	}
	var pairs strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&pairs, "U\x04%04dN\x86", i)
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"os.system", legacy(proto + "cos\nsystem\nX\x02\x00\x00\x00id\x85R."), `names "os.system", which is not allowed: only state dicts are read and no code is run`},
		{"os.system by name on the stack", legacy("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R."), `"os.system", which is not allowed`},
		{"eval", legacy(proto + "cbuiltins\neval\nX\x01\x00\x00\x001\x85R."), `"builtins.eval"`},
		{"a nested pickle", legacy(proto + "ctorch.storage\n_load_from_bytes\n."), `"torch.storage._load_from_bytes"`},
		{"a whole model", legacy(proto + "ctorchvision.models.vgg\nVGG\n)\x81."), `"torchvision.models.vgg.VGG", which is not allowed: only state dicts are read`},
		{"long name", legacy(proto + "c" + strings.Repeat("a", 300) + "\nb\n."), "a name of more than 256 bytes"},
		{"a function alone", legacy(proto + "ctorch._utils\n_rebuild_tensor_v2\n."), "it is a function, not a state dict"},
		{"state of a function", legacy(proto + "ccollections\nOrderedDict\nNb."), "a function does not support this opcode"},
		{"call of a dict", legacy(proto + "})R."), "a call of a dict with a tuple"},
		{"call without a tuple", legacy(proto + "ccollections\nOrderedDict\n}R."), "a call of a function with a dict"},
		{"INST", legacy(proto + "(ios\nsystem\n."), "opcode 0x69 (INST)"},
		{"OBJ", legacy(proto + "(cos\nsystem\no."), `"os.system"`},
		{"extension", legacy(proto + "\x82\x01."), "opcode 0x82 (EXT1)"},
		{"LONG4", legacy(proto + "\x8b\xff\xff\xff\x7f."), "opcode 0x8b (LONG4)"},
		{"BINUNICODE8", legacy("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7fa."), "opcode 0x8d (BINUNICODE8)"},
		{"bytes", legacy("\x80\x03B\xff\xff\xff\x7fa."), "opcode 0x42 (BINBYTES)"},
		{"huge string", legacy(proto + "X\xff\xff\xff\xffa."), "a string of 4294967295 bytes"},
		{"string past the end", legacy(proto + "X\x00\x00\x10\x00a."), "truncated"},
		{"string not UTF-8", legacy(proto + "U\x01\xff."), "not UTF-8"},
		{"long of 255 bytes", legacy(proto + "\x8a\xff" + strings.Repeat("a", 255) + "."), "a number of 255 bytes"},
		{"deep lists", legacy(proto + strings.Repeat("]", 1<<20) + "."), "more than 65536 values on the stack"},
		{"deep marks", legacy(proto + strings.Repeat("(", 1<<20) + "."), "more than 65536 marks"},
		{"deep tuples", legacy(proto + ")" + strings.Repeat("\x85", 1<<20) + "."), "it is a tuple, not a state dict"},
		{"endless", legacy(proto + strings.Repeat("}q\x00", 1<<20) + "."), "more than 65536 values on the stack"},
		{"too many opcodes", legacy(proto + "]" + strings.Repeat("Na", 1<<21) + "."), "more than 2097152 opcodes"},
		// Each list has the previous one ten times: 10¹⁰⁰ items if they were counted.
		{"memo bomb", legacy(proto + "]q\x00" + strings.Repeat("](h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00h\x00eq\x00\x86", 100) + "."), "it is a tuple"},
		{"dict bomb", legacy(proto + "](" + pairs.String() + "eq\x00ccollections\nOrderedDict\nq\x01" + strings.Repeat("h\x01h\x00\x85R", 1<<15) + "."), "OrderedDicts with more than 1048576 items"},
		{"many dimensions", one("K\x04", "K\x00", "("+strings.Repeat("K\x01", 17)+"t", "K\x01\x85"), "not a tuple of up to 16 numbers"},
		{"list in itself", legacy(proto + "]q\x00h\x00a."), "it is a list"},
		{"dict in itself", legacy(proto + "}q\x00X\x0a\x00\x00\x00state_dicth\x00s."), "its keys are state_dict"},
		{"memo of nothing", legacy(proto + "h\x07."), "memo 7 is empty"},
		{"far memo", legacy(proto + "}r\xff\xff\xff\xff0."), "opcode 0x30 (POP)"},
		{"empty stack", legacy(proto + "R."), "a value is missing on the stack"},
		{"nothing", legacy(proto + "."), "ends with 0 values"},
		{"below the mark", legacy(proto + "}(\x85."), "a value is missing on the stack"},
		{"no mark", legacy(proto + "}t."), "no mark"},
		{"left over", legacy(proto + "}}."), "ends with 2 values and 0 marks on its stack"},
		{"odd items", legacy(proto + "}(Nu."), "has no value"},
		{"list as key", legacy(proto + "}]Ns."), "a list as the key of a dict"},
		{"tuple as key", legacy(proto + "})Ns."), "a tuple as the key of a dict"},
		{"same name twice", legacy(proto + "}(U\x01wNU\x01wNu."), `the key "w" occurs twice`},
		{"protocol 0", legacy("(dp0\n."), "not a pickle of protocol 2"},
		{"protocol 9", legacy("\x80\x09}."), "protocol 9"},
		{"unknown persistent object", legacy(proto + "U\x06modulecos\nsystem\n\x86Q."), `"os.system"`},
		{"module", legacy(proto + "U\x06moduleN\x86Q."), "is not a storage"},
		{"persistent text", legacy(proto + "U\x07storageQ."), "is not a storage"},

		{"no tensors", legacy(proto + "}(U\x05epochK\x03U\x05modelNu."), "no state dict; its keys are epoch, model"},
		{"a tensor alone", legacy(proto+rebuild+persistent("K\x04")+"K\x00K\x04\x85K\x01\x85"+rest+"R.", 1, 2, 3, 4), "it is an object, not a state dict"},
		{"parameter of nothing", legacy(dict + "ctorch.nn.parameter\nParameter\n)\x81" + closing), `parameter "w" has no tensor`},

		{"storage shorter than the tensor", one("K\x04", "K\x00", "K\x05\x85", "K\x01\x85"), "exceeds its storage of 4 values"},
		{"offset past the storage", one("K\x04", "K\x03", "K\x02\x85", "K\x01\x85"), "exceeds its storage"},
		{"negative offset", one("K\x04", "J\xff\xff\xff\xff", "K\x02\x85", "K\x01\x85"), "without a storage and an offset"},
		{"negative stride", one("K\x04", "K\x03", "K\x02\x85", "J\xff\xff\xff\xff\x85"), "strides of a tensor: -1 is negative"},
		{"negative shape", one("K\x04", "K\x00", "J\xff\xff\xff\xff\x85", "K\x01\x85"), "shape of a tensor: -1 is negative"},
		{"stride 0", one("K\x04", "K\x00", "J\xff\xff\xff\x7f\x85", "K\x00\x85"), "exceeds its storage"},
		{"overlapping windows", one("K\x04", "K\x00", "K\x03K\x02\x86", "K\x01K\x01\x86"), "exceeds its storage"},
		{"shape overflows", one("K\x04", "K\x00", long(1<<32)+long(1<<32)+"\x86", "K\x01K\x01\x86"), "too large"},
		{"shape overflows to 0", one("K\x04", "K\x00", long(1<<62)+"K\x04\x86", "K\x01K\x01\x86"), "too large"},
		{"stride overflows", one("K\x04", "K\x00", "K\x03\x85", long(1<<62)+"\x85"), "exceeds its storage"},
		{"stride overflows twice", one("K\x04", "K\x00", "K\x02K\x02\x86", long(1<<62)+long(1<<62)+"\x86"), "exceeds its storage"},
		{"float as shape", one("K\x04", "K\x00", "G\x3f\xf0\x00\x00\x00\x00\x00\x00\x85", "K\x01\x85"), "a float among its numbers"},
		{"more dimensions than strides", one("K\x04", "K\x00", "K\x02K\x02\x86", "K\x01\x85"), "2 dimensions and 1 strides"},
		{"storage larger than the file", one(long(1<<40), "K\x00", "K\x02\x85", "K\x01\x85"), "extends past its end"},
		{"storage overflows", one(long(1<<62), "K\x00", "K\x02\x85", "K\x01\x85"), "a storage without a class, a key and a number"},
		{"storage of another length", one("K\x03", "K\x00", "K\x02\x85", "K\x01\x85"), "4 values where 3 are expected"},
		{"bytes left over", append(one("K\x04", "K\x00", "K\x02\x85", "K\x01\x85"), 0), "1 extra bytes after the last storage"},
		{"storages not listed", legacy(tensorPickle("K\x04", "K\x00", "K\x02\x85", "K\x01\x85")), "does not match the 1"},
		{"big endian", []byte(legacyMagic + proto + "M\xe9\x03." + strings.Replace(machine, "\x88", "\x89", 1) + proto + "}." + proto + "]."), "big-endian"},
		{"another version", []byte(legacyMagic + proto + "M\xe8\x03." + machine + proto + "}." + proto + "]."), "unknown version"},
		{"another pickle", []byte(proto + "}."), "this is a Python pickle, but not one that torch.save wrote"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenReader(bytes.NewReader(c.file), int64(len(c.file)), "bad.pth")
			expect(t, err, "bad.pth", c.want)
			if len(err.Error()) > 500 {
				t.Errorf("the error takes %d bytes", len(err.Error()))
			}
		})
	}
}

func TestHostileArchives(t *testing.T) {
	state := entry{name: "data.pkl", data: tensorPickle("K\x02", "K\x00", "K\x02\x85", "K\x01\x85")}
	values := entry{name: "data/0", data: "12345678"}
	many := []entry{state, values}
	for i := range 1500 {
		many = append(many, entry{name: fmt.Sprintf("%d%s", i, strings.Repeat("x", 1<<14))})
	}
	whole := zipped(state, values)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"compressed values", zipped(state, entry{name: "data/0", data: "12345678", method: zip.Deflate}), `entry "archive/data/0" of the archive is compressed`},
		{"zip bomb", zipped(entry{name: "data.pkl", data: "\x00\x00", method: zip.Deflate, size: 1 << 40}, values), `"archive/data.pkl" of the archive is compressed`},
		{"stored bomb", zipped(state, entry{name: "data/0", data: "1234", size: 8}), "is compressed or encrypted"},
		{"storage shorter than the tensor", zipped(state, entry{name: "data/0", data: "1234"}), `storage "0" has 4 bytes where 2 values of F32`},
		{"no values", zipped(state), `storage "0" is missing`},
		{"two of a name", zipped(state, values, values), `two entries named "archive/data/0"`},
		{"no pickle", zipped(values), "not one of PyTorch's"},
		{"TorchScript", zipped(state, values, entry{name: "constants.pkl", data: "x"}), "TorchScript"},
		{"big endian", zipped(state, values, entry{name: "byteorder", data: "big"}), "big-endian"},
		{"long byte order", zipped(state, values, entry{name: "byteorder", data: strings.Repeat("x", 99)}), "has 99 bytes"},
		{"os.system", zipped(entry{name: "data.pkl", data: proto + "cos\nsystem\n."}), `"os.system"`},
		{"many entries", zipped(many...), "its directory is too large"},
		{"cut short", whole[:len(whole)-10], "damaged or truncated"},
		{"values cut out", bytes.Replace(whole, []byte("12345678"), nil, 1), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenReader(bytes.NewReader(c.file), int64(len(c.file)), "bad.pth")
			expect(t, err, "bad.pth", c.want)
		})
	}
}
