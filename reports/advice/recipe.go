package advice

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Recipe is what two runs must have in common for advice to carry over, as JSON by path: all
// parameters but the images, the seed, the size, and those that change no picture. Of several
// stages, "stages.first" and "stages.later" stand for the first and the others, so that a picture
// that goes through more sizes has the same recipe.
type Recipe map[string]string

var stagePath = regexp.MustCompile(`^stages\.(\d+)\.(.+)$`)

// RecipeOf returns the recipe of a run with these parameters, and the size of its last stage, as
// in "long 512".
func RecipeOf(params map[string]string) (r Recipe, size string) {
	r = Recipe{}
	later := map[string][]string{}
	last := -1
	for path, value := range params {
		m := stagePath.FindStringSubmatch(path)
		if m == nil {
			if compared(path) {
				r[path] = value
			}
			continue
		}
		n, err := strconv.Atoi(m[1])
		if side, is := strings.CutPrefix(m[2], "size."); is && err == nil {
			if n > last {
				last, size = n, side+" "+value
			}
			continue
		}
		if n == 0 {
			r["stages.first."+m[2]] = value
		} else if !slices.Contains(later[m[2]], value) {
			later[m[2]] = append(later[m[2]], value)
		}
	}
	for path, values := range later {
		slices.Sort(values)
		r["stages.later."+path] = strings.Join(values, ", ")
	}
	return r, size
}

// compared reports whether a parameter outside of the stages is part of the recipe.
func compared(path string) bool {
	switch first, _, _ := strings.Cut(path, "."); first {
	case "experiment", "seed", "evaluate", "checkpoint", "log", "size", "time":
		return false
	}
	image := path == "content.image" || strings.HasPrefix(path, "style.") && strings.HasSuffix(path, ".image")
	return !image && path != "output.every"
}
