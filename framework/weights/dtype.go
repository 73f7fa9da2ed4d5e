package weights

import (
	"encoding/binary"
	"math"
)

// A dtype is the storage format of a value: its size in bytes and, for floating point,
// the conversion to float32.
type dtype struct {
	size   int
	decode func([]byte) float32
}

// dtypes are the types of the safetensors format with whole bytes per value.
var dtypes = map[string]dtype{
	"F64":  {8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	"F32":  {4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }},
	"F16":  {2, func(b []byte) float32 { return float16(binary.LittleEndian.Uint16(b)) }},
	"BF16": {2, func(b []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16) }},

	"BOOL": {size: 1}, "U8": {size: 1}, "I8": {size: 1},
	"F8_E4M3": {size: 1}, "F8_E5M2": {size: 1}, "F8_E8M0": {size: 1},
	"U16": {size: 2}, "I16": {size: 2}, "U32": {size: 4}, "I32": {size: 4},
	"U64": {size: 8}, "I64": {size: 8}, "C64": {size: 8},
}

// float16 converts an IEEE 754 half: 1 sign bit, 5 of exponent (bias 15), 10 of
// fraction. Every half is exact in float32.
func float16(h uint16) float32 {
	sign := uint32(h>>15) << 31
	exponent := uint32(h>>10) & 0x1f
	fraction := uint32(h) & 0x3ff
	switch exponent {
	case 0: // zero or subnormal: fraction · 2⁻²⁴
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)/(1<<24)))
	case 0x1f: // infinity or NaN
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
