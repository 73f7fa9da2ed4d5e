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

// A DamagedLogError says that the log beside a store holds more than can be read
// of it. SQLite takes such a log to end where the damage begins, and would overwrite
// the rest.
type DamagedLogError struct {
	Path string // of the log
	At   int64  // byte where the damage begins
}

func (e *DamagedLogError) Error() string {
	return fmt.Sprintf("its log %s is damaged from byte %d on, and what was recorded after that cannot be read; "+
		"copy both files anew from where they came from, or rename the log to go on without what is in it", e.Path, e.At)
}

func (e *DamagedLogError) Unwrap() error { return ErrDamaged }

// checkLog returns a *DamagedLogError if something that was committed lies behind
// damage in the log beside the store. What another process does to the log
// meanwhile does not count: the same is found several times.
func checkLog(store string) error {
	const looks, pause = 3, 20 * time.Millisecond
	path := store + "-wal"
	first := int64(-1)
	for look := range looks {
		f, err := os.Open(path)
		if err != nil {
			return nil // there is none, or SQLite will say what is wrong with it
		}
		at, damaged, err := damageIn(f)
		f.Close()
		if err != nil || !damaged || look > 0 && at != first {
			return nil
		}
		first = at
		if look < looks-1 {
			time.Sleep(pause)
		}
	}
	return &DamagedLogError{path, first}
}

// The parts of a log, as SQLite's file format documents them
// (sqlite.org/fileformat2.html#walformat).
const (
	logMagic       = 0x377f0682 // or 1 more, where checksums are of big-endian words
	logHeader      = 32
	logFrameHeader = 24
	largestPage    = 65536
)

// damageIn returns where a log's damage begins, if a frame of a commit follows it.
// The frames of a log as it should be have the salt of its header, up to the last;
// those behind them are of an earlier one.
func damageIn(r io.Reader) (at int64, damaged bool, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	header := make([]byte, logHeader)
	if _, err := io.ReadFull(in, header); err != nil {
		return 0, false, ignoreEOF(err) // nothing was committed yet
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
		if begins >= 0 && begins < at && sameSalt && commit > 0 { // in the last frame it is a write that a kill cut short
			return begins, true, nil
		}
	}
}

// ignoreEOF makes the end of a file no error.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// A walChecksum is the checksum of a log so far.
type walChecksum struct {
	order  binary.ByteOrder
	s0, s1 uint32
}

// add adds data, of a multiple of 8 bytes.
func (s *walChecksum) add(data []byte) {
	for ; len(data) >= 8; data = data[8:] {
		s.s0 += s.order.Uint32(data) + s.s1
		s.s1 += s.order.Uint32(data[4:]) + s.s0
	}
}

func (s *walChecksum) matches(written []byte) bool {
	return s.s0 == binary.BigEndian.Uint32(written) && s.s1 == binary.BigEndian.Uint32(written[4:])
}
