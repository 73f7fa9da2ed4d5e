package imaging

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRoundedMatchesFile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	m := New(40, 50)
	for i := range m.Pix {
		m.Pix[i] = 1.4*random.Float32() - 0.2
	}
	var file bytes.Buffer
	if err := EncodePNG(&file, m, nil); err != nil {
		t.Fatal(err)
	}
	decoded, err := DecodeReader(&file, "m.png")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Rounded().Pix, decoded.Pix) {
		t.Error("a rounded picture is not what the file holds")
	}
}
