// Package vgg16 has what metrics with weights of their own for VGG-16 share: which networks
// they are for, and how their weights are read.
package vgg16

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"runexp/framework"
	"runexp/framework/weights"
)

// Layers are the last layers of VGG-16's five blocks, and Widths their channels.
func Layers() ([]string, []int) {
	return []string{"relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"}, []int{64, 128, 256, 512, 512}
}

// Check returns an error unless layers begin with those of VGG-16 up to relu5_3, unchanged,
// with poolings of the kind pool.
func Check(layers []framework.Layer, pool, option string) error {
	convs := []int{2, 2, 3, 3, 3}
	names, widths := Layers()
	at := 0
	next := func(kind, name string, channels int) bool {
		ok := at < len(layers) && layers[at].Kind == kind && layers[at].Name == name && layers[at].Channels == channels && layers[at].Variant == ""
		at++
		return ok
	}
	for block, n := range convs {
		same := true
		for i := range n {
			place := fmt.Sprintf("%d_%d", block+1, i+1)
			same = same && next("conv", "conv"+place, widths[block]) && next("relu", "relu"+place, widths[block])
		}
		if same && block+1 < len(convs) {
			same = next(pool, fmt.Sprintf("pool%d", block+1), widths[block])
		}
		if !same {
			return fmt.Errorf("it is defined by VGG-16 with its own poolings, and the network that scores is another up to %s; score with evaluate.backbone: {name: vgg16%s}", names[block], option)
		}
	}
	return nil
}

// Read returns the named tensors of a weights file, of these lengths, if the SHA-256 of
// their float32 values, one after the other, is sum, in hex. what names the weights in the
// error.
func Read(path, what, sum string, names []string, lengths []int) ([][]float32, error) {
	f, err := weights.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	all, hash := make([][]float32, len(names)), sha256.New()
	for i, name := range names {
		if !f.Has(name) {
			return nil, fmt.Errorf("%s: it has no %s, so it is not %s", path, name, what)
		}
		if all[i], err = f.Read(name); err != nil {
			return nil, err
		}
		if len(all[i]) != lengths[i] {
			return nil, fmt.Errorf("%s: %s has %d numbers, not %d, so it is not %s", path, name, len(all[i]), lengths[i], what)
		}
		data, err := binary.Append(nil, binary.LittleEndian, all[i])
		if err != nil {
			return nil, err
		}
		hash.Write(data)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != sum {
		return nil, fmt.Errorf("%s: its numbers are not those of %s, and values by others would not compare", path, what)
	}
	return all, nil
}
