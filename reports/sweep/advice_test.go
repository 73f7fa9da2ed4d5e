package sweep

import (
	"testing"

	"runexp/reports/advice"
)

// Settings that differ in their images or sizes alone are one recipe: no advice could tell them
// apart, and a run would be advised to become what it is.
func TestAlike(t *testing.T) {
	of := func(params ...map[string]string) (list []advice.Setting) {
		for _, p := range params {
			recipe, _ := advice.RecipeOf(p)
			list = append(list, advice.Setting{Params: recipe})
		}
		return list
	}
	weight := func(w string) map[string]string { return map[string]string{"losses.tv.weight": w} }
	if alike(of(weight("1"), weight("2"))) {
		t.Error("two weights")
	}
	for name, list := range map[string][]advice.Setting{
		"sizes":  of(map[string]string{"stages.0.size.long": "32"}, map[string]string{"stages.0.size.long": "64"}),
		"images": of(map[string]string{"content.image": `"a.jpg"`}, map[string]string{"content.image": `"b.jpg"`}),
		"seeds":  of(weight("1"), weight("2"), map[string]string{"losses.tv.weight": "2", "seed": "7"}),
	} {
		if !alike(list) {
			t.Errorf("%s: told apart", name)
		}
	}
}
