package sweep

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"runexp/reports/answers"
)

// layerName finds names of layers as VGG has them, with the number of their block.
var layerName = regexp.MustCompile(`\b(?:conv|relu|pool)(\d+)(?:_\d+)?\b`)

// neighbours says which claimed metrics look at layers that losses optimise, or next to those that
// were swept: in the block of a level's layers. Levels in that block may look better by them than by others.
func (y *Study) neighbours(a answers.Answer) []string {
	swept := map[string]bool{} // blocks
	for _, p := range y.plan.Parameters {
		if p.Path != a.Factor {
			continue
		}
		for _, t := range y.trials {
			for _, s := range t.point.Settings {
				if !slices.Contains(strings.Split(p.Path, " + "), s.Path) || !strings.Contains(s.Path, "layers") {
					continue
				}
				for _, layer := range layerName.FindAllStringSubmatch(string(s.Value), -1) {
					swept[layer[1]] = true
				}
			}
		}
	}
	var list []string
	for _, m := range y.claimed() {
		var near []string
		for _, layer := range y.layersOf(m.Name) {
			if found := layerName.FindStringSubmatch(layer); found != nil && swept[found[1]] {
				near = append(near, layer)
			}
		}
		switch {
		case len(m.Optimised) > 0:
			list = append(list, fmt.Sprintf("%s reads %s, which losses of these runs optimise: it is lower by construction where they weigh more", answers.Capital(m.Label), strings.Join(m.Optimised, " and ")))
		case len(near) > 0:
			list = append(list, fmt.Sprintf("%s looks at %s, next to layers that were swept: levels with layers there may look better by it", answers.Capital(m.Label), strings.Join(near, " and ")))
		}
	}
	return list
}

// layersOf lists the layers of which a metric is the mean.
func (y *Study) layersOf(metric string) []string {
	if m := y.metric(metric); len(m.Layers) > 0 {
		return m.Layers
	}
	var list []string // as older plans have them
	for _, m := range y.metrics {
		if layer, is := strings.CutPrefix(m.Name, metric+"/"); is {
			list = append(list, layer)
		}
	}
	return list
}
