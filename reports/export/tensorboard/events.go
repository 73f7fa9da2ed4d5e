package tensorboard

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"time"
)

// events writes an event file: a TFRecord file of Event messages (event.proto,
// summary.proto).
type events struct{ w io.Writer }

// castagnoli is the polynomial of CRC32C.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the CRC32C of data as a TFRecord has it: rotated right by 15 bits, plus a
// constant, so that data that hold checksums of themselves do not confuse it.
func masked(data []byte) uint32 {
	crc := crc32.Checksum(data, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// record writes one record: length, its checksum, data, their checksum; little endian.
func (e events) record(data []byte) error {
	head := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	head = binary.LittleEndian.AppendUint32(head, masked(head))
	for _, part := range [][]byte{head, data, binary.LittleEndian.AppendUint32(nil, masked(data))} {
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// begin writes the first event, which names the version of the format.
func (e events) begin(at time.Time) error {
	return e.record(event(at, 0).text(3, "brain.Event:2"))
}

// value writes a Summary.Value.
func (e events) value(at time.Time, step int, value message) error {
	return e.record(event(at, step).bytes(5, message(nil).bytes(1, value)))
}

// event begins an Event.
func event(at time.Time, step int) message {
	return message(nil).double(1, unix(at)).whole(2, step)
}

// scalar returns a Summary.Value of a number. simple_value is float32: the protocol has no
// other that all readers take.
func scalar(tag string, value float64) message {
	return message(nil).text(1, tag).float(2, float32(value))
}

// picture returns a Summary.Value of an encoded image.
func picture(tag string, height, width, colours int, encoded []byte) message {
	image := message(nil).whole(1, height).whole(2, width).whole(3, colours).bytes(4, encoded)
	return message(nil).text(1, tag).bytes(4, image)
}

// unix returns seconds since 1970; 0 for the zero time.
func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}
