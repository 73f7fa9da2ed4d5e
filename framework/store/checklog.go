package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// A DamagedLogError reports a log with committed frames after a damaged one. SQLite
// treats the damage as the end of the log and would overwrite the rest.
type DamagedLogError struct {
	Path string // of the log
	At   int64  // byte where the damage begins
}

func (e *DamagedLogError) Error() string {
	return fmt.Sprintf("its log %s is damaged from byte %d on, and later records cannot be read; "+
		"copy both files again from their source, or rename the log to continue without its records", e.Path, e.At)
}

func (e *DamagedLogError) Unwrap() error { return ErrDamaged }

// checkLog returns a *DamagedLogError if committed frames follow damage in the log
// beside the store. It checks several times and requires the same result, since
// another process may be writing the log.
func checkLog(store string) error {
	const tries, pause = 3, 20 * time.Millisecond
	path := store + "-wal"
	first := int64(-1)
	for try := range tries {
		f, err := os.Open(path)
		if err != nil {
			return nil // no log, or SQLite will report the error
		}
		at, damaged, err := damageIn(f)
		f.Close()
		if err != nil || !damaged || try > 0 && at != first {
			return nil
		}
		first = at
		if try < tries-1 {
			time.Sleep(pause)
		}
	}
	return &DamagedLogError{path, first}
}

// The parts of a log, as SQLite's file format documents them
// (sqlite.org/fileformat2.html#walformat).
const (
	logMagic       = 0x377f0682 // plus 1 if checksums use big-endian words
	logHeader      = 32
	logFrameHeader = 24
	largestPage    = 65536
)

// damageIn returns the offset of the first damaged frame of a log, if a commit frame
// follows it. Valid frames have the salt of the log's header; frames after the last
// valid one are left over from an earlier log.
func damageIn(r io.Reader) (at int64, damaged bool, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	header := make([]byte, logHeader)
	if _, err := io.ReadFull(in, header); err != nil {
		return 0, false, ignoreEOF(err) // nothing committed yet
	}
	magic, page := binary.BigEndian.Uint32(header), int64(binary.BigEndian.Uint32(header[8:]))
	sum := walChecksum{order: binary.LittleEndian}
	if magic&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:24])
	if magic&^1 != logMagic || !sum.matches(header[24:]) || page < 512 || page > largestPage {
		_, err := in.Peek(logFrameHeader)
		return 0, err == nil, ignoreEOF(err)
	}
	salt := string(header[16:24])
	frame := make([]byte, logFrameHeader+page)
	begins := int64(-1)
	for at := int64(logHeader); ; at += int64(len(frame)) {
		if _, err := io.ReadFull(in, frame); err != nil {
			return 0, false, ignoreEOF(err)
		}
		sameSalt := string(frame[8:16]) == salt
		sum.add(frame[:8])
		sum.add(frame[logFrameHeader:])
		if begins < 0 && !(sameSalt && sum.matches(frame[16:24])) {
			begins = at
		}
		commit := binary.BigEndian.Uint32(frame[4:])
		if begins >= 0 && begins < at && sameSalt && commit > 0 { // damage in the last frame is a write cut short by a kill
			return begins, true, nil
		}
	}
}

// ignoreEOF returns nil for the end of a file, else err.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A walChecksum is the running checksum of a log.
type walChecksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add adds data, whose length is a multiple of 8 bytes.
func (s *walChecksum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.s0 += s.order.Uint32(data) + s.s1
		s.s1 += s.order.Uint32(data[4:]) + s.s0
	}
}

func (s *walChecksum) matches(written []byte) bool {
	return s.s0 == binary.BigEndian.Uint32(written) && s.s1 == binary.BigEndian.Uint32(written[4:])
}
