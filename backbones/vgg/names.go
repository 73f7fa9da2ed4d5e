package vgg

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"runexp/framework"
	"runexp/framework/weights"
	"runexp/internal/printable"
)

// naming is how a file names the tensors of a convolution: a prefix, and after
// it the layer's name (conv1_1) or its index in torchvision's network (0).
type naming struct {
	prefix string
	byName bool
}

func (n naming) tensor(l framework.Layer) string {
	if n.byName {
		return n.prefix + l.Name
	}
	return n.prefix + strconv.Itoa(l.Index)
}

// namingOf finds how f names its tensors. Wrappers put one prefix before all of
// them (module.features.0, _orig_mod.0, net.conv1_1), so any prefix will do that
// ends a segment and whose first tensor has the shape of the first kernel.
func namingOf(f *weights.File, first framework.Layer) (naming, error) {
	var found, misshapen []naming
	for _, name := range f.Names() {
		for _, byName := range []bool{true, false} {
			n := naming{byName: byName}
			prefix, ok := strings.CutSuffix(name, n.tensor(first)+".weight")
			if !ok || prefix != "" && !strings.HasSuffix(prefix, ".") {
				continue
			}
			n.prefix = prefix
			shape, err := f.Shape(name)
			if err != nil {
				return n, err
			}
			if slices.Equal(shape, []int{first.Channels, 3, 3, 3}) {
				found = append(found, n)
			} else if prefix == "" || prefix == "features." { // so that the message is about its shape
				misshapen = append(misshapen, n)
			}
		}
	}
	if len(found) == 0 {
		found = misshapen
	}
	switch len(found) {
	case 0:
		return naming{}, fmt.Errorf("the tensors are named neither as in Oxford's VGG (conv1_1.weight, …) nor as in torchvision's (features.0.weight, …, or 0.weight, …), "+
			"with any prefix; it may belong to another network: it holds %s", f.Contents())
	case 1:
		if f.Has(found[0].prefix + "1.running_mean") {
			return naming{}, errors.New("this network has batch normalisation, which is not read; take VGG without it, or describe it (docs/backbones.md)")
		}
		return found[0], nil
	}
	return naming{}, fmt.Errorf("it holds more than one network, %s and %s say; save the one that is meant with torch.save(STATE_DICT, FILE)",
		printable.Excerpt(found[0].tensor(first)+".weight"), printable.Excerpt(found[1].tensor(first)+".weight"))
}
