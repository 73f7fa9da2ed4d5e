package plugintest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"runexp/framework"
	"runexp/framework/graph"
	"runexp/framework/imaging"
)

// prepared adds l's targets to b as constants: of the images, or of those that it derives
// from them, and then prepared, as in a run.
func prepared(b *graph.Builder, builder func() *graph.Builder, l framework.Loss, pictures images) (framework.Targets, error) {
	values, err := represented(builder, l, pictures)
	if err != nil {
		return nil, err
	}
	preparer, prepares := optional[framework.TargetPreparer](l)
	if !prepares {
		return constants(b, values), nil
	}
	own := builder()
	own.Variable(1)
	targets, err := preparer.PrepareTargets(own, constants(own, values))
	if err != nil {
		return nil, fmt.Errorf("prepare targets: %w", err)
	}
	var nodes []graph.Node
	for _, role := range slices.Sorted(maps.Keys(targets)) {
		for _, t := range targets[role] {
			nodes = append(nodes, nodesOf(t.Values)...)
		}
	}
	p, err := own.Compile(nodes...)
	if err == nil {
		err = p.Run(context.Background(), graph.Double(graph.Shape{1}, []float64{0}))
	}
	if err != nil {
		return nil, fmt.Errorf("prepare targets: %w", err)
	}
	done := map[framework.Role][]representation{}
	for role, list := range targets {
		for _, t := range list {
			done[role] = append(done[role], representation{t.Weight, tensorsOf(p, t.Values)})
		}
	}
	return constants(b, done), nil
}

// A representation is an image as represented by a loss.
type representation struct {
	weight float64
	values map[string]graph.Tensor
}

// represented returns l's representations of the images.
func represented(builder func() *graph.Builder, l framework.Loss, pictures images) (map[framework.Role][]representation, error) {
	if deriver, derives := optional[framework.ImageDeriver](l); derives {
		own, err := deriver.DeriveImages(1, stageImages(pictures))
		if err != nil {
			return nil, fmt.Errorf("derive images: %w", err)
		}
		pictures = images{}
		for role, list := range own {
			for _, image := range list {
				pictures[role] = append(pictures[role], weightedPicture{tensorOf(image.Image), image.Weight})
			}
		}
	}
	all := map[framework.Role][]representation{}
	for role, list := range pictures {
		for _, one := range list {
			values, err := represent(builder, l, one.picture)
			if err != nil {
				return nil, err
			}
			all[role] = append(all[role], representation{one.weight, values})
		}
	}
	return all, nil
}

// constants adds the representations to b.
func constants(b *graph.Builder, all map[framework.Role][]representation) framework.Targets {
	want := framework.Targets{}
	for _, role := range slices.Sorted(maps.Keys(all)) {
		for i, r := range all[role] {
			t := framework.Target{Weight: r.weight, Values: framework.Values{}}
			for _, name := range slices.Sorted(maps.Keys(r.values)) {
				t.Values[name] = b.Constant(fmt.Sprintf("%s target %d: %s", role, i, name), r.values[name])
			}
			want[role] = append(want[role], t)
		}
	}
	return want
}

// stageImages and tensorOf convert between tensors and images.
func stageImages(pictures images) map[framework.Role][]framework.StageImage {
	all := map[framework.Role][]framework.StageImage{}
	for role, list := range pictures {
		for _, one := range list {
			h, w := one.picture.Shape[0], one.picture.Shape[1]
			image := imaging.New(h, w)
			for i, v := range one.picture.Float64s() {
				image.Pix[i] = float32(v)
			}
			all[role] = append(all[role], framework.StageImage{Image: image, Weight: one.weight})
		}
	}
	return all
}

func tensorOf(image *imaging.Image) graph.Tensor {
	values := make([]float64, len(image.Pix))
	for i, v := range image.Pix {
		values[i] = float64(v)
	}
	return graph.Double(graph.Shape{image.H, image.W, 3}, values)
}
