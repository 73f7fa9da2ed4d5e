package weights

import "fmt"

// A Source describes published weights: their name and how to get them.
type Source struct {
	Name     string // vgg19-torchvision: the backbone and who trained it
	URL      string // the publisher's file; "" if its format is not supported
	Bytes    int64  // its size; 0 if unknown
	SHA256   string // its SHA-256 in hexadecimal, or the first digits
	Page     string // the publisher's description
	Licence  string // in short
	Terms    string // in full
	Citation string
	Note     string // instructions if there is no URL
}

// Sources lists the published weights that backbones look for by name.
//
// The addresses are torchvision's (0.14, torchvision/models), which puts the first eight
// digits of a file's SHA-256 into its name and checks those. The full checksums and sizes of
// VGG-16 and 19 are those that several projects pin.
func Sources() []Source {
	const veryDeep = "K. Simonyan and A. Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, ICLR 2015, arXiv:1409.1556"
	published := func(network, file, digits, citation string) Source {
		return Source{
			Name: network + "-torchvision", URL: "https://download.pytorch.org/models/" + file + "-" + digits + ".pth",
			SHA256: digits, Page: "https://docs.pytorch.org/vision/stable/models.html",
			Licence: "none of its own; torchvision BSD-3-Clause, trained on ImageNet",
			Terms: "torchvision, which publishes these weights, is under BSD-3-Clause; the weights carry no licence of their own. " +
				"They were trained on ImageNet, whose terms allow non-commercial research and education, " +
				"and torchvision leaves it to you to find out whether your use is permitted.",
			Citation: citation + "; weights: TorchVision, https://github.com/pytorch/vision",
		}
	}
	torchvision := func(network, digits, sum string, bytes int64) Source {
		s := published(network, network, digits, veryDeep)
		if sum != "" {
			s.SHA256 = sum
		}
		s.Bytes = bytes
		return s
	}
	oxford := func(network string) Source {
		return Source{
			Name: network + "-oxford", Page: "https://www.robots.ox.ac.uk/~vgg/research/very_deep/",
			Licence:  "CC BY",
			Terms:    "Released by the Visual Geometry Group, University of Oxford, under Creative Commons Attribution.",
			Citation: veryDeep,
			Note: "the authors publish a Caffe model, which runexp does not read; " +
				"import a safetensors file made of it, with tensors conv1_1.weight, conv1_1.bias, …",
		}
	}
	return []Source{
		torchvision("vgg11", "8a719046", "", 0),
		torchvision("vgg13", "19584684", "", 0),
		oxford("vgg16"),
		torchvision("vgg16", "397923af", "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0", 553433881),
		oxford("vgg19"),
		torchvision("vgg19", "dcbb9e9d", "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44", 574673361),
		published("squeezenet", "squeezenet1_1", "b8a52dc0", "F. Iandola et al., SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size, 2016, arXiv:1602.07360"),
		published("resnet18", "resnet18", "f37072fd", "K. He et al., Deep Residual Learning for Image Recognition, CVPR 2016, arXiv:1512.03385"),
	}
}

// Command returns the command that gets the weights.
func (s Source) Command() string {
	if s.URL == "" {
		return fmt.Sprintf("runexp weights import FILE --as %s", s.Name)
	}
	return fmt.Sprintf("runexp weights pull %s", s.Name)
}

// sourceOf returns the published weights called name.
func sourceOf(name string) (Source, bool) {
	for _, s := range Sources() {
		if s.Name == name {
			return s, true
		}
	}
	return Source{}, false
}
