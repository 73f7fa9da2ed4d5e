package weights

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"

	"runexp/framework/weights/pickle"
)

// PyTorch writes a state dict in one of two formats. Since version 1.6 a file is a zip
// archive with uncompressed entries in one folder: data.pkl, the pickle; data/KEY, the
// values of each storage; and since 2.1 byteorder. Before, it was five pickles (a magic
// number, a protocol number, a dictionary about the machine, the state dict, the list
// of the storages' keys), followed by the number of values (8 bytes) and the values of
// each storage (PyTorch, torch/serialization.py: _save and _legacy_save).
const (
	zipMagic    = "PK\x03\x04"
	legacyMagic = "\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19." // the number 0x1950a86a20f9469cfc6c, pickled

	maxPickle    = 64 << 20 // bytes of a checkpoint's pickles
	maxDirectory = 16 << 20 // bytes read to find and read a zip archive's directory
)

// readZip reads the format since PyTorch 1.6.
func readZip(r io.ReaderAt, size int64) (map[string]tensor, error) {
	archive, err := zip.NewReader(&budget{r, maxDirectory}, size)
	if err != nil {
		return nil, fmt.Errorf("a damaged or truncated zip archive: %w; download it again", err)
	}
	entries, err := entriesOf(archive)
	if err != nil {
		return nil, err
	}
	if entries["data.pkl"] == nil {
		return nil, errors.New("a zip archive, but not one of PyTorch's: it has no data.pkl")
	}
	if entries["constants.pkl"] != nil {
		return nil, errors.New("this is a TorchScript program, not weights; save these with torch.save(model.state_dict(), FILE)")
	}
	if order := entries["byteorder"]; order != nil {
		text, err := readEntry(r, size, order, 16)
		if err != nil {
			return nil, err
		}
		if string(text) != "little" {
			return nil, bigEndian()
		}
	}
	data, err := readEntry(r, size, entries["data.pkl"], maxPickle)
	if err != nil {
		return nil, err
	}
	d := &stateDict{storages: map[string]*storage{}}
	value, err := pickle.NewReader(bytes.NewReader(data), 0, maxPickle, d).Read()
	if err != nil {
		return nil, badPickle(err)
	}
	for _, key := range slices.Sorted(maps.Keys(d.storages)) {
		s, entry := d.storages[key], entries["data/"+key]
		if entry == nil {
			return nil, fmt.Errorf("storage %s is missing from the archive; download it again", quoted(key))
		}
		if int64(entry.UncompressedSize64) != s.size() {
			return nil, fmt.Errorf("storage %s has %d bytes where %d values of %s are expected", quoted(key), entry.UncompressedSize64, s.count, s.dtype)
		}
		if s.begin, err = entryOffset(entry, size); err != nil {
			return nil, err
		}
	}
	views, err := viewsOf(value)
	if err != nil {
		return nil, err
	}
	return tensorsOf(views)
}

// budget is a reader that fails after a number of bytes, since a zip directory is read
// into memory as a whole.
type budget struct {
	r    io.ReaderAt
	left int64
}

func (b *budget) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errors.New("its directory is too large for a checkpoint")
	}
	return b.r.ReadAt(p, at)
}

// entriesOf returns the archive's entries by their names within its folder.
func entriesOf(archive *zip.Reader) (map[string]*zip.File, error) {
	root := ""
	for _, f := range archive.File {
		if path.Base(f.Name) == "data.pkl" {
			root = path.Dir(f.Name) + "/"
			break
		}
	}
	entries := map[string]*zip.File{}
	for _, f := range archive.File {
		if len(f.Name) <= len(root) || f.Name[:len(root)] != root {
			continue
		}
		name := f.Name[len(root):]
		if entries[name] != nil {
			return nil, fmt.Errorf("the archive has two entries named %s", quoted(f.Name))
		}
		entries[name] = f
	}
	return entries, nil
}

// entryOffset returns the offset of an entry's bytes, which must be uncompressed and
// within the file.
func entryOffset(f *zip.File, size int64) (int64, error) {
	const encrypted = 1
	if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.Flags&encrypted != 0 {
		return 0, fmt.Errorf("entry %s of the archive is compressed or encrypted, which PyTorch never does; save it again with torch.save", quoted(f.Name))
	}
	begin, err := f.DataOffset()
	if err != nil {
		return 0, fmt.Errorf("entry %s of the archive: %w", quoted(f.Name), err)
	}
	if begin < 0 || begin > size || f.UncompressedSize64 > uint64(size-begin) {
		return 0, fmt.Errorf("the file is truncated: entry %s of the archive extends past its end; download it again", quoted(f.Name))
	}
	return begin, nil
}

func readEntry(r io.ReaderAt, size int64, f *zip.File, limit uint64) ([]byte, error) {
	begin, err := entryOffset(f, size)
	if err != nil {
		return nil, err
	}
	if f.UncompressedSize64 > limit {
		return nil, fmt.Errorf("entry %s of the archive has %d bytes; a state dict's has at most %d", quoted(f.Name), f.UncompressedSize64, limit)
	}
	data := make([]byte, f.UncompressedSize64)
	return data, readFull(r, data, begin)
}

// badPickle wraps an error of reading a checkpoint's pickle with instructions.
func badPickle(err error) error {
	return fmt.Errorf("bad pickle: %w; download the file again, or save a state dict with torch.save(model.state_dict(), FILE)", err)
}

// readLegacy reads the format before PyTorch 1.6.
func readLegacy(r io.ReaderAt, size int64) (map[string]tensor, error) {
	d := &stateDict{storages: map[string]*storage{}}
	begin := int64(len(legacyMagic))
	pickles := pickle.NewReader(io.NewSectionReader(r, begin, size-begin), begin, maxPickle, d)
	var parts [4]any // protocol, machine, state dict, keys
	for i := range parts {
		var err error
		if parts[i], err = pickles.Read(); err != nil {
			return nil, badPickle(err)
		}
	}
	if parts[0] != int64(1001) {
		return nil, errors.New("a PyTorch checkpoint of an unknown version; load it with PyTorch and save it again")
	}
	machine, ok := parts[1].(*pickle.Dict)
	if !ok || machine.Items["little_endian"] != true {
		return nil, bigEndian()
	}
	keys, ok := parts[3].(*pickle.List)
	if !ok || len(keys.Items) != len(d.storages) {
		return nil, badPickle(fmt.Errorf("the list of storages does not match the %d that tensors use", len(d.storages)))
	}
	at := pickles.Offset()
	for _, item := range keys.Items {
		key, _ := item.(string)
		s := d.storages[key]
		if s == nil || s.begin >= 0 {
			return nil, badPickle(fmt.Errorf("the list of storages has %s twice or unused", quoted(key)))
		}
		var head [8]byte
		if size-at < int64(len(head)) || s.size() > size-at-int64(len(head)) {
			return nil, fmt.Errorf("the file is truncated: storage %s extends past its end; download it again", quoted(key))
		}
		if err := readFull(r, head[:], at); err != nil {
			return nil, err
		}
		if count := binary.LittleEndian.Uint64(head[:]); count != uint64(s.count) {
			return nil, fmt.Errorf("storage %s has %d values where %d are expected", quoted(key), count, s.count)
		}
		s.begin = at + int64(len(head))
		at = s.begin + s.size()
	}
	if at != size {
		return nil, fmt.Errorf("%d extra bytes after the last storage; download the file again", size-at)
	}
	views, err := viewsOf(parts[2])
	if err != nil {
		return nil, err
	}
	return tensorsOf(views)
}

func bigEndian() error {
	return errors.New("its values are big-endian, which is not supported; load it with PyTorch on a little-endian machine and save it again")
}
