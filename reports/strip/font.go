package strip

import (
	"errors"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font/liberation"
)

// sans returns Liberation Sans, the type of our plots too, at a size in pixels.
func sans(size float64) (font.Face, error) {
	for _, face := range liberation.Collection() {
		if face.Font.Variant == "Sans" && face.Font.Style == font.StyleNormal && face.Font.Weight == font.WeightNormal {
			return opentype.NewFace(face.Face, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
		}
	}
	return nil, errors.New("strip: the plotting library brings no Liberation Sans")
}
