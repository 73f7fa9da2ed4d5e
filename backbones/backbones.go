// Package backbones lists the pretrained networks that runexp ships.
package backbones

import (
	"fmt"
	"strings"

	"runexp/backbones/vgg"
	"runexp/framework"
	"runexp/framework/weights"
)

// Registry returns a new registry of all backbones; they look their weights up in places.
func Registry(places weights.Places) *framework.Registry[framework.Backbone] {
	r := framework.NewRegistry[framework.Backbone]("backbone")
	for _, name := range vgg.Names() {
		doc := fmt.Sprintf("VGG with %s weight layers, Simonyan and Zisserman 2015", strings.TrimPrefix(name, "vgg"))
		framework.Register(r, name, doc,
			func() vgg.Config { return vgg.Defaults(name) },
			func(c vgg.Config) (framework.Backbone, error) { return vgg.New(name, c, places), nil })
	}
	return r
}
