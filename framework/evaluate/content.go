package evaluate

// contentDistance returns ‖F − P‖² / ‖P‖² of the features F of the picture and P
// of the photograph at one content layer, over all places and channels.
//
// It lies in [0, ∞), lower is closer: 0 for equal features, 1 for none at all,
// about 2 for unrelated ones of the same energy. The numerator is the content
// loss of Gatys, Ecker and Bethge (2016, equation 1); they have ½ of it and no
// denominator, which makes layers comparable here.
func (r *Reference) contentDistance(_ subject, at int) float64 {
	want := r.content[at]
	got := r.network.features(r.scorer.config.Layers.Content[at])
	return r.network.k.SquaredError(got, want) / energy(want)
}

// energy returns ‖f‖².
func energy(f []float32) float64 {
	sum := 0.0
	for _, v := range f {
		sum += float64(v) * float64(v)
	}
	return sum
}
