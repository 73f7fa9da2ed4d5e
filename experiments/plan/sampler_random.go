package plan

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"runexp/framework/config"
)

// maxRejected is how many draws in a row may be excluded or drawn before: then
// there are hardly any others.
const maxRejected = 10_000

// randomPoints draws run_cap different settings and runs each on every block. A
// setting that is excluded on every pair is not counted, and drawn again. Where
// there are fewer different settings, it returns those.
//
// Every parameter has a random stream of its own, named by its paths: its draws
// depend neither on the order of the parameters nor on which others there are.
func randomPoints(s *config.Sweep, seed int64) ([]Point, error) {
	all := blocks(s)
	if s.RunCap > maxTrials/len(all) {
		return nil, tooMany(s, s.RunCap*len(all))
	}
	streams := make([]*rand.Rand, len(s.Parameters))
	for i, p := range s.Parameters {
		streams[i] = rand.New(rand.NewPCG(uint64(seed), streamOf(p)))
	}
	out := newExcluder(s)
	seen := map[string]bool{}
	var draws []draw
	var on [][]int // the blocks of each draw
	for rejected := 0; len(draws) < s.RunCap && rejected < maxRejected; {
		d := randomDraw(s, streams)
		rejected++
		if key := d.key(); !seen[key] {
			seen[key] = true
			var kept []int
			for b := range all {
				excluded, err := out.excludes(d, all[b])
				if err != nil {
					return nil, err
				}
				if !excluded {
					kept = append(kept, b)
				}
			}
			if len(kept) > 0 {
				draws, on = append(draws, d), append(on, kept)
				rejected = 0
			}
		}
	}
	if len(draws) == 0 {
		return nil, out.nothingLeft()
	}
	var points []Point
	for b, block := range all {
		for i, d := range draws {
			if slices.Contains(on[i], b) {
				points = append(points, block.point(d))
			}
		}
	}
	return points, nil
}

// streamOf is a parameter's random stream.
func streamOf(p config.Parameter) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, strings.Join(p.Paths, "\n"))
	return h.Sum64()
}

// randomDraw draws a level or a value of every parameter.
func randomDraw(s *config.Sweep, streams []*rand.Rand) draw {
	d := draw{levels: make([]int, len(s.Parameters))}
	for i, p := range s.Parameters {
		if p.Range != nil {
			d.levels[i] = -1
			d.settings = append(d.settings, p.Range.Setting(drawFrom(p.Range, streams[i])))
			continue
		}
		d.levels[i] = streams[i].IntN(len(p.Levels))
		d.settings = append(d.settings, p.Levels[d.levels[i]].Settings...)
	}
	return d
}

// key tells draws apart.
func (d draw) key() string {
	var s strings.Builder
	for _, setting := range d.settings {
		fmt.Fprintf(&s, "%q ", setting.Text)
	}
	return s.String()
}

// drawFrom draws from a range. Real values are rounded to six digits, of the value
// or of the range's length: enough for any question, and short enough to type.
func drawFrom(r *config.Range, random *rand.Rand) float64 {
	u := random.Float64()
	var x float64
	switch r.Distribution {
	case "int":
		// Float64 has 53 bits: the bias is below 1e-15 for a million numbers.
		return math.Min(r.Max, r.Min+math.Floor(u*(r.Max-r.Min+1)))
	case "log_uniform":
		x = digits(r.Min*math.Pow(r.Max/r.Min, u), r.Max/r.Min-1)
	default:
		x = digits(r.Min+u*(r.Max-r.Min), (r.Max-r.Min)/math.Max(math.Abs(r.Min), math.Abs(r.Max)))
	}
	return math.Min(r.Max, math.Max(r.Min, x))
}

// digits rounds x to six significant digits, and to as many more as the range is
// narrower than the value; narrow is its length relative to it.
func digits(x, narrow float64) float64 {
	n := 6
	if narrow < 1 {
		n = min(17, 6+int(math.Ceil(-math.Log10(narrow))))
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', n, 64), 64)
	if err != nil { // a number that was printed can be read
		return x
	}
	return rounded
}
