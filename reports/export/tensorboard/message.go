package tensorboard

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// A message is an encoded protocol buffer that fields are appended to. Numbers of fields are
// those of TensorBoard's .proto files, tensorboard/compat/proto and plugins/hparams.
type message []byte

func (m message) bytes(field protowire.Number, value []byte) message {
	return protowire.AppendBytes(protowire.AppendTag(m, field, protowire.BytesType), value)
}

func (m message) text(field protowire.Number, value string) message {
	return m.bytes(field, []byte(value))
}

func (m message) whole(field protowire.Number, value int) message {
	return protowire.AppendVarint(protowire.AppendTag(m, field, protowire.VarintType), uint64(value))
}

func (m message) double(field protowire.Number, value float64) message {
	return protowire.AppendFixed64(protowire.AppendTag(m, field, protowire.Fixed64Type), math.Float64bits(value))
}

func (m message) float(field protowire.Number, value float32) message {
	return protowire.AppendFixed32(protowire.AppendTag(m, field, protowire.Fixed32Type), math.Float32bits(value))
}
