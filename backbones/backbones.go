// Package backbones lists the built-in pretrained networks.
package backbones

import (
	"fmt"
	"strings"

	"runexp/backbones/file"
	"runexp/backbones/lite"
	"runexp/backbones/network/torchvision"
	"runexp/backbones/random"
	"runexp/backbones/resnet18"
	"runexp/backbones/squeezenet"
	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/weights"
)

// Registry returns a new registry of all backbones. They look up their weights in places,
// except for vgg19-lite, whose weights are embedded in the program, random and file.
func Registry(places weights.Places) *framework.Registry[framework.Backbone] {
	r := framework.NewRegistry[framework.Backbone]("backbone")
	for _, name := range vgg.Names() {
		doc := fmt.Sprintf("VGG with %s weight layers, Simonyan and Zisserman 2015", strings.TrimPrefix(name, "vgg"))
		framework.Register(r, name, doc,
			func() vgg.Config { return vgg.Defaults(name) },
			func(c vgg.Config) (framework.Backbone, error) { return vgg.New(name, c, places), nil })
	}
	narrow := vgg.Embedded{Name: lite.Name, Widths: lite.Widths(), Last: lite.Last, SHA256: lite.SHA256, Open: lite.Open}
	framework.Register(r, lite.Name, "narrow VGG-19 up to "+lite.Last+", a sixth of its arithmetic, its weights part of the program",
		vgg.EmbeddedDefaults,
		func(c vgg.EmbeddedConfig) (framework.Backbone, error) { return vgg.NewEmbedded(narrow, c) })
	framework.Register(r, squeezenet.Name, "SqueezeNet 1.1, Iandola et al. 2016",
		func() torchvision.Config { return torchvision.Defaults(squeezenet.Name) },
		func(c torchvision.Config) (framework.Backbone, error) { return squeezenet.New(c, places), nil })
	framework.Register(r, resnet18.Name, "ResNet-18, He et al. 2016",
		func() torchvision.Config { return torchvision.Defaults(resnet18.Name) },
		func(c torchvision.Config) (framework.Backbone, error) { return resnet18.New(c, places), nil })
	framework.Register(r, random.Name, "a small network of random weights, a control", random.Defaults, random.New)
	framework.Register(r, file.Name, "a network that a YAML file describes, with weights of its own", file.Defaults, file.New)
	return r
}
