package config

import (
	"cmp"

	"runexp/framework"
	"runexp/framework/imaging/recolor"
)

// setDefaultColor sets the keys of colours that are not set.
func setDefaultColor(c *framework.ColorOptions) {
	switch {
	case c.Keep != "":
		c.Space, c.When = cmp.Or(c.Space, string(recolor.YIQ)), cmp.Or(c.When, framework.ColorBefore)
	case c.Match != "":
		c.To = cmp.Or(c.To, string(framework.Content))
		if c.To == string(framework.Style) {
			c.When = cmp.Or(c.When, framework.ColorAfter)
		}
		c.When = cmp.Or(c.When, framework.ColorBefore)
	}
}

// color checks the colours of the result.
func (v *validator) color() {
	c := v.experiment.Color
	if _, written := v.root.find("color"); !written || c == (framework.ColorOptions{}) {
		return
	}
	switch {
	case c.Keep == "" && c.Match == "":
		v.add("color", "needs keep or match: keep: luminance takes the content image's colours, match: symmetric a mean and covariance")
		return
	case c.Keep != "" && c.Match != "":
		v.add("color", "give keep or match, not both; color.match=null removes one")
		return
	case c.Keep != "" && c.To != "":
		v.add("color.to", "is of match; keep always takes the colours of the content image")
	case c.Match != "" && c.Space != "":
		v.add("color.space", "is of keep; match uses red, green and blue")
	}
	for _, key := range []struct{ name, value string }{{"keep", c.Keep}, {"space", c.Space}, {"match", c.Match}, {"to", c.To}, {"when", c.When}} {
		if key.value != "" {
			v.choose("color."+key.name, key.name, key.value)
		}
	}
	if c.Keep != "" || c.To == string(framework.Content) || c.When == framework.ColorBefore {
		v.reading = append(v.reading, "color")
	}
	if (c.To == string(framework.Style) || c.Match != "" && c.When == framework.ColorBefore) && len(v.experiment.Style) == 0 {
		v.add("color", "needs a style image, but there is none; give style: [{image: FILE}]")
	}
}
