package html

import (
	"encoding/base64"
	"html/template"

	"runexp/reports/plots"
)

// A Curve is a convergence plot with the values under the pointer, for the template "curve".
type Curve struct {
	Alt      string
	SVG      template.URL // as data
	Geometry plots.Geometry
}

// NewCurve draws a plot. Errors: those of plots.Convergence.Interactive.
func NewCurve(c plots.Convergence, alt string) (Curve, error) {
	svg, geometry, err := c.Interactive()
	if err != nil {
		return Curve{}, err
	}
	return Curve{alt, template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg)), geometry}, nil
}

// Width is that of the plot in CSS pixels.
func (c Curve) Width() float64 { return c.Geometry.Width * 96 / 72 }

// Height is that of the plot in CSS pixels.
func (c Curve) Height() float64 { return c.Geometry.Height * 96 / 72 }
