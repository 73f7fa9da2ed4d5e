package resnet18

import (
	"testing"

	"runexp/backbones/network/networktest"
	"runexp/backbones/network/torchvision"
	"runexp/framework/plugintest"
	"runexp/framework/weights"
)

// open returns the network with weights made from its tensors' names.
func open(t *testing.T) *torchvision.Backbone {
	t.Helper()
	c := torchvision.Defaults(Name)
	c.Weights = networktest.Weights(t, New(c, weights.Places{}).Tensors(nil))
	return New(c, weights.Places{})
}

// TestTorchvision compares every layer and the gradient with torchvision's.
func TestTorchvision(t *testing.T) { networktest.Golden(t, open(t), "testdata/golden.json", "all") }

func TestSuite(t *testing.T) { plugintest.Backbone(t, open(t)) }

func TestParameters(t *testing.T) {
	sum := 0
	for _, l := range New(torchvision.Defaults(Name), weights.Places{}).Layers() {
		sum += l.Parameters
	}
	if sum != 11176512-4800 { // torchvision's without its classifier, a norm of n channels counted as n biases
		t.Errorf("%d parameters", sum)
	}
}
