package evaluate

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"runexp/framework"
	"runexp/framework/compute"
	"runexp/framework/measure"
	"runexp/framework/store/record"
	"runexp/metrics"
)

func TestMetrics(t *testing.T) {
	c := lite(t)
	c.Layers = Layers{Content: []string{"relu3_3", "relu4_3"}, Style: []string{"relu1_2"}, Structure: "relu3_3"}
	s, err := New(c, compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	want := "eval/content eval/content/relu3_3 eval/content/relu4_3 eval/cfsd eval/ssim eval/edges eval/style eval/style/relu1_2 " +
		"eval/frechet eval/frechet/relu1_2 eval/palette eval/noise eval/noise_relative eval/tv eval/hellinger eval/sifid_vgg"
	if got := strings.Join(names(s), " "); got != want {
		t.Errorf("metrics %s, want %s", got, want)
	}
	zero, one := 0.0, 1.0
	at := record.Metric{
		Name: "eval/content/relu3_3", Label: "content distance at relu3_3",
		Doc: "squared distance of the features from the content image's, relative to their energy, at relu3_3",
		Low: &zero, Better: "lower", Against: "content", Equal: &zero, Source: s.Hash(),
		Formula: "‖F − P‖² / ‖P‖²", Layers: []string{"relu3_3"},
	}
	all := s.Metrics()
	all[1].Published = "" // a text that may change
	if !reflect.DeepEqual(all[1], at) {
		t.Errorf("%+v, want %+v", all[1], at)
	}
	if !strings.HasSuffix(all[0].Doc, "mean over held-out layers") || all[11].Unit != "levels of 255" || *all[4].High != one {
		t.Errorf("%+v", all)
	}
	for _, m := range all {
		if d, ok := Describe(c.Metrics, m.Name); !ok || string(d.Better) != m.Better {
			t.Errorf("description of %s: %+v, want %+v", m.Name, d, m)
		}
	}
	for _, name := range []string{"eval", "eval/content/", "eval/ssim/a", "eval/cfsd/relu3_3", "loss/total", "eval/noises", "eval/effectiveness/relu3_3", "eval/sifid_vgg/relu2_2"} {
		if d, ok := Describe(c.Metrics, name); ok {
			t.Errorf("description of %s: %+v", name, d)
		}
	}
	if got := strings.Join(Names(c.Metrics), " "); got != "eval/content eval/cfsd eval/ssim eval/edges eval/style eval/frechet eval/palette eval/noise eval/noise_relative eval/tv eval/cfsd_published eval/hellinger eval/effectiveness eval/sifid_vgg eval/lpips eval/dists" {
		t.Errorf("names %s", got)
	}
}

// red is a third party's metric: the mean of red.
type red struct{}

func (red) Definition() framework.Definition {
	return framework.Definition{Label: "redness", Doc: "mean of red", High: 1, Better: framework.Neither}
}

func (red) Prepare(*measure.Image, string) (framework.Score, error) {
	return func(picture *measure.Image) float64 {
		sum := 0.0
		for i := 0; i < len(picture.Pix); i += 3 {
			sum += float64(picture.Pix[i])
		}
		return 3 * sum / float64(len(picture.Pix))
	}, nil
}

// TestThirdParty: another metric is computed too, and changes neither the hash nor the
// others' numbers.
func TestThirdParty(t *testing.T) {
	c, without := lite(t), scorer(t, 2)
	c.Metrics = metrics.Registry()
	framework.RegisterMetric(c.Metrics, "red", red{})
	with, err := New(c, without.k)
	if err != nil {
		t.Fatal(err)
	}
	if with.Hash() != without.Hash() {
		t.Errorf("hash %s with one more metric, %s without", with.Hash(), without.Hash())
	}
	score := func(s *Scorer) []Metric {
		list, err := against(t, s, landscape(), brushwork()).Score(context.Background(), grey())
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	got, want := score(with), append(score(without), Metric{"eval/red", 0.5})
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if last := with.Metrics()[len(got)-1]; last.Name != "eval/red" || last.Label != "redness" || last.Against != "" {
		t.Errorf("%+v", last)
	}
}

// TestRegisterMistakes: a bad name and a scorer without metrics are refused.
func TestRegisterMistakes(t *testing.T) {
	for _, name := range []string{"", "content/relu3_3", "Red"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a metric called %q is accepted", name)
				}
			}()
			framework.RegisterMetric(framework.NewRegistry[framework.Metric]("metric"), name, red{})
		}()
	}
	c := lite(t)
	c.Metrics = framework.NewRegistry[framework.Metric]("metric")
	if _, err := New(c, compute.Plain[float32]{}); err == nil || !strings.Contains(err.Error(), "no metric") {
		t.Errorf("error %v for a scorer without metrics", err)
	}
}

// A texture has no content image: it is scored by the other metrics, with the same values.
func TestTexture(t *testing.T) {
	s, err := New(lite(t), compute.Plain[float32]{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	whole := map[string]float64{}
	for _, with := range []bool{true, false} {
		content := landscape()
		if !with {
			content = nil
		}
		r, err := s.Prepare(ctx, content, brushwork(), 48, 64)
		if err != nil {
			t.Fatal(err)
		}
		scores, err := r.Score(ctx, brushwork().Resize(48, 64))
		if err != nil {
			t.Fatal(err)
		}
		if with {
			for _, m := range scores {
				whole[m.Name] = m.Value
			}
			continue
		}
		definitions := s.TextureMetrics()
		if len(scores) != len(definitions) || len(scores) == 0 || len(scores) >= len(whole) {
			t.Fatalf("%d metrics of %d", len(scores), len(whole))
		}
		for i, m := range scores {
			if d := definitions[i]; d.Against == "content" || d.Name != m.Name || m.Value != whole[m.Name] {
				t.Errorf("%s, %+v: %g, with a content image %g", m.Name, d, m.Value, whole[m.Name])
			}
		}
	}
}
