package config

import (
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/sizes"
)

// sizeForms returns the valid sets of keys of a size, sorted.
func sizeForms() []string {
	return []string{"height and width", "fit and height and width", "height", "width", "long", "short", "scale"}
}

// sizeItem expands a size that is a number, the longer side.
func sizeItem(n *node) *node {
	if _, isNumber := number(n); !isNumber {
		return n
	}
	return &node{position: n.position, kind: mapping, entries: []entry{{n.position, "long", n}}}
}

// maxMargin is the widest margin: a picture with it has more than twice the pixels.
const maxMargin = 0.25

func (v *validator) margin() {
	if m := v.experiment.Margin; !(m >= 0 && m <= maxMargin) {
		v.add("margin", "must be from 0, for none, to %g of the longer side, not %v", maxMargin, m)
	}
}

// stageSize checks the size of stage i. If the result has a size, those of stages in
// pixels only matter relative to each other, so one on the command line is an error.
func (v *validator) stageSize(path string, i int, size framework.Size) {
	v.size(path, size)
	n, written := v.root.find(path)
	if !written {
		return
	}
	if scales, are := v.root.find("scales"); are && !scales.null() {
		v.add(path, "conflicts with scales, which give every stage its size; leave one out (scales=null, %s=null)", path)
		return
	}
	if n.get("scale") != nil && i == 0 {
		v.add(join(path, "scale"), "is relative to the stage before, and this is the first; give pixels, as in long: 300")
	}
	result, is := v.root.find("size")
	is = is && !result.null()
	if !is && v.experiment.Time == "" || n.get("scale") != nil {
		return
	}
	typed := n.source.name == commandLine
	for _, e := range n.entries {
		typed = typed || e.source.name == commandLine
	}
	if typed && !is {
		v.add(path, "conflicts with time, which chooses the size of the result and scales every stage; give size, which time keeps, or leave one out (time=null)")
	} else if typed {
		v.add(path, "conflicts with size, which is of the result and scales every stage; leave one out (size=null)")
	}
}

// commandLine is the name of the source of overrides.
const commandLine = "command line"

// size checks that a size has a valid set of keys, and its numbers.
func (v *validator) size(path string, size framework.Size) {
	n, written := v.root.find(path)
	if !written {
		return // the default
	}
	n = sizeItem(n)
	if len(n.entries) == 0 {
		return
	}
	var form []string
	for _, e := range n.entries {
		form = append(form, e.key)
	}
	slices.Sort(form)
	if all := strings.Join(form, " and "); !slices.Contains(sizeForms(), all) {
		v.add(path, "must be height and width, or one of height, width, long, short and scale, not %s", all)
		return
	}
	sides := map[string]int{"height": size.Height, "width": size.Width, "long": size.Long, "short": size.Short}
	for _, key := range form {
		side, isSide := sides[key]
		at := join(path, key)
		if _, there := v.root.find(at); !there {
			at = path // a number
		}
		switch {
		case isSide: // the network's minimum is checked where it is built
			v.side(at, side)
		case key == "scale" && path == "size":
			v.add(at, "is relative to the stage before, and this is the result; give pixels, as in size: 512")
		case key == "scale" && !(size.Scale > 0):
			v.add(at, "must be positive, not %v", size.Scale)
		case key == "fit":
			v.choose(at, "fit", size.Fit)
		}
	}
	if area := int64(size.Height) * int64(size.Width); max(size.Height, size.Width) <= sizes.MaxSide && area > sizes.MaxPixels {
		v.add(path, "must be at most %d million pixels, not %d×%d", sizes.MaxPixels/1_000_000, size.Height, size.Width)
	}
}

// side checks a number of pixels.
func (v *validator) side(path string, pixels int) {
	switch {
	case pixels < 1:
		v.add(path, "must be at least 1 pixel, not %d", pixels)
	case pixels > sizes.MaxSide:
		v.add(path, "must be at most %d pixels, not %d", sizes.MaxSide, pixels)
	}
}

// every checks an interval in iterations; zero says what 0 means.
func (v *validator) every(path string, every int, zero string) {
	switch {
	case every < 0:
		v.add(path, "must be at least 0, not %d; %s", every, zero)
	case every > sizes.MaxCount:
		v.add(path, "must be at most %d, not %d; %s", sizes.MaxCount, every, zero)
	}
}
