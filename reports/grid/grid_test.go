package grid

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"runexp/framework/store"
	"runexp/reports/document"
	"runexp/reports/html"
	"runexp/reports/plots"
)

func openTest(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "runexp.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// noise is a PNG of random pixels, the hardest there is to make small.
func noise(t *testing.T, seed uint64, w, h int) []byte { return noisy(t, seed, w, h, 0, 256) }

// noisy is a PNG of a ramp with noise of so many levels in each channel.
func noisy(t *testing.T, seed uint64, w, h int, ramp, levels float64) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 1))
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = uint8(ramp*float64(i/4%w)/float64(w) + levels*random.Float64())
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&file, m); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// A testRun is a run with its settings and pictures.
type testRun struct {
	settings map[string]any
	pictures []store.Artifact
}

func (m testRun) write(t *testing.T, s *store.Store) store.RunSummary {
	t.Helper()
	var params []store.Param
	for path, value := range m.settings {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		params = append(params, store.Param{Path: path, Value: data})
	}
	r, err := s.Begin(t.Context(), store.NewRun{Experiment: "e", Params: params})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range m.pictures {
		a.MIME = "image/png"
		if err := r.Artifact(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Finish(t.Context(), store.Finished, ""); err != nil {
		t.Fatal(err)
	}
	all, err := s.Runs(t.Context(), store.Filter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

func ofRuns(t *testing.T, s *store.Store, runs []store.RunSummary) Data {
	t.Helper()
	d, err := OfRuns(t.Context(), s, runs)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func axisNames(d Data) (names []string) {
	for _, a := range d.Axes {
		names = append(names, fmt.Sprintf("%s %v", a.Name, a.Levels))
	}
	return names
}

// The axes of any runs are what differs among them with few values: what changes together is one,
// numbers are in order, and the images are the pair.
func TestOfRunsFindsAxes(t *testing.T) {
	s := openTest(t)
	var runs []store.RunSummary
	for i := range 70 {
		settings := map[string]any{
			"content.image": []string{"a/photo.png", "b/raft.png"}[i%2], "style.0.image": "x/wave.png",
			"losses.tv.weight": []float64{10, 9, 100}[i%3], "losses.tv.form": []string{"squared", "abs", "nine"}[i%3],
			"seed": i, "iterations": 100,
		}
		if i%5 == 0 {
			settings["masks"] = true
		}
		runs = append(runs, testRun{settings, nil}.write(t, s))
	}
	d := ofRuns(t, s, runs)
	want := []string{
		"pair [photo.png × wave.png raft.png × wave.png]", "losses.tv.form + losses.tv.weight [abs, 9 nine, 100 squared, 10]", "masks [not set true]",
	}
	if got := axisNames(d); !slices.Equal(got, want) {
		t.Errorf("axes %q, want %q", got, want)
	}
	if got := d.Cells[1].Levels; !slices.Equal(got, []int{1, 0, 0}) {
		t.Errorf("the second run is at %v", got)
	}
	if d.X != 1 || d.Y != 0 || !slices.Equal(d.Start, []int{-1, -1, -1}) {
		t.Errorf("begins with %d, %d at %v", d.X, d.Y, d.Start)
	}
	if alone := ofRuns(t, s, runs[:1]); len(alone.Axes) != 0 || alone.X != -1 || alone.Y != -1 || len(alone.Cells) != 1 {
		t.Errorf("one run has %+v", alone)
	}
}

// The pictures of a run are by step, one of each, the result last; images are listed once.
func TestPicturesAreInOrder(t *testing.T) {
	s := openTest(t)
	picture := func(name string, stage, step, w int) store.Artifact {
		return store.Artifact{Kind: "picture", Name: name, Stage: stage, Step: step, Width: w, Height: 2, Data: noise(t, uint64(100*stage+step), w, 2)}
	}
	inputs := []store.Artifact{
		{Kind: "content", Name: "content.png", Width: 3, Height: 2, Data: noise(t, 1, 3, 2)},
		{Kind: "style", Name: "style-0.png", Width: 4, Height: 2, Data: noise(t, 2, 4, 2)},
		{Kind: "plot", Name: "losses.png", Data: noise(t, 3, 4, 2)},
	}
	one := testRun{map[string]any{"content.image": "a/photo.png", "style.0.image": "wave.png"}, append([]store.Artifact{
		picture("picture.png", 2, 21, 8), // 20 iterations, since the second stage has a row more
		picture("step-000010.png", 1, 10, 4), picture("stage-1.png", 1, 10, 4), picture("step-000015.png", 2, 16, 8), picture("step-000020.png", 2, 21, 8),
	}, inputs...)}
	larger := append([]store.Artifact{{Kind: "content", Name: "content.png", Width: 9, Height: 6, Data: noise(t, 4, 9, 6)}}, inputs[1:]...)
	d := ofRuns(t, s, []store.RunSummary{one.write(t, s), testRun{one.settings, inputs}.write(t, s), testRun{one.settings, larger}.write(t, s)})
	var steps []int
	for _, p := range d.Cells[0].Pictures {
		steps = append(steps, p.Step)
	}
	if !slices.Equal(steps, []int{10, 15, 20}) {
		t.Errorf("steps %v", steps)
	}
	artifacts, err := s.Artifacts(t.Context(), d.Cells[0].Run)
	if err != nil {
		t.Fatal(err)
	}
	if last := d.Cells[0].Pictures[2]; last.Key != artifacts[0].Hash || last.Width != 8 || last.Height != 2 {
		t.Errorf("the last is %+v, want the result %s", last, artifacts[0].Hash)
	}
	if in := d.Inputs; len(in) != 3 || in[2].Picture.Width != 9 || in[0].Image != in[2].Image || in[0].Image == in[1].Image {
		t.Errorf("an image in two sizes: %+v", in)
	}
	if d.Inputs[0].Name != "photo.png" || d.Inputs[1].Name != "wave.png" || !slices.Equal(d.Cells[1].Inputs, []int{0, 1}) || len(d.Cells[1].Pictures) != 0 {
		t.Errorf("inputs %+v, of the second run %v", d.Inputs, d.Cells[1].Inputs)
	}
}

// 10,000 runs are at most 2 MB of JSON, with every picture on the way that there is room for.
func TestDataAreCompact(t *testing.T) {
	d := Data{Axes: []Axis{{Name: "losses.style.weight"}, {Name: "pair"}}, Numbers: make([]Named, 4)}
	for i := range 10_000 {
		c := Cell{Run: int64(i), Levels: []int{i % 100, i / 100}, Inputs: []int{0, 1}}
		for j := range 4 {
			c.Values = append(c.Values, 1/(1+plots.Number(i*j)))
		}
		for step := range 10 {
			c.Pictures = append(c.Pictures, Picture{step * 50, 450, 300, strings.Repeat("f", 64)})
		}
		d.Cells = append(d.Cells, c)
	}
	d.thin()
	data, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 2_900_000 || len(d.Notes) != 1 || d.Cells[7].Pictures[len(d.Cells[7].Pictures)-1].Step != 450 {
		t.Errorf("%d bytes, notes %q, %+v", len(data), d.Notes, d.Cells[7].Pictures)
	}
}

// document is a page with the grid.
func documentOf(d Data, pictures []document.GridPicture) document.Document {
	return document.Document{Title: "t", Sections: []document.Section{{ID: "p", Title: "p", Blocks: []document.Block{{Grid: &document.Grid{Data: d, Pictures: pictures}}}}}}
}

// A file of 200 noisy pictures of 300×450 pixels is below 20 MB, has all of them in full size, and
// says how; of nothing but noise it has all, smaller. A few are in it as they were made.
func TestEmbedFits(t *testing.T) {
	s := openTest(t)
	var runs []store.RunSummary
	for i := range 400 {
		data := noise(t, uint64(i), 450, 300)
		if i < 200 { // as much as the noisiest of pictures that began as noise
			data = noisy(t, uint64(i), 450, 300, 150, 100)
		}
		result := store.Artifact{Kind: "picture", Name: "picture.png", Stage: 1, Step: 500, Width: 450, Height: 300, Data: data}
		runs = append(runs, testRun{map[string]any{"a": i % 20, "b": i / 20}, []store.Artifact{result}}.write(t, s))
	}
	write := func(runs []store.RunSummary, room int) (Data, []document.GridPicture, int) {
		t.Helper()
		d := ofRuns(t, s, runs)
		pictures, unshown, err := d.Embed(t.Context(), s, room)
		if err != nil || len(unshown) > 0 {
			t.Fatal(unshown, err)
		}
		var file bytes.Buffer
		if err := html.Write(&file, documentOf(d, pictures)); err != nil {
			t.Fatal(err)
		}
		return d, pictures, file.Len()
	}
	const rest = 200_000 // of the page
	d, pictures, size := write(runs[:200], MostBytes-rest)
	if size > MostBytes || size < MostBytes/2 {
		t.Errorf("the file has %d bytes", size)
	}
	if len(pictures) != 200 || !strings.HasPrefix(d.Notes[0], "200 pictures here, as JPEG of quality ") || !strings.Contains(d.Notes[0], "in full size") {
		t.Errorf("%d pictures: %q", len(pictures), d.Notes)
	}
	m, kind, err := image.Decode(bytes.NewReader(pictures[7].File.Data))
	if err != nil || kind != "jpeg" || m.Bounds().Dx() != 450 || m.Bounds().Dy() != 300 {
		t.Errorf("%s of %v: %v", kind, m.Bounds(), err)
	}
	d, pictures, size = write(runs[200:], MostBytes-rest)
	if size > MostBytes || len(pictures) != 200 || !strings.Contains(d.Notes[0], "% of their sides, so that this file stays below 20 MB") {
		t.Errorf("%d pictures of noise in %d bytes: %q", len(pictures), size, d.Notes)
	}
	d, pictures, _ = write(runs[:5], MostBytes-rest)
	if pictures[0].File.MIME != "image/png" || d.Notes[0] != "5 pictures here, results and inputs as they were made, in PNG." {
		t.Errorf("few pictures are %s: %q", pictures[0].File.MIME, d.Notes)
	}
	d, pictures, size = write(runs[:20], 300_000)
	if size > 300_000+rest || len(pictures) != 20 || !strings.Contains(d.Notes[0], "% of their sides") {
		t.Errorf("%d pictures in %d bytes: %q", len(pictures), size, d.Notes)
	}
}

// Pictures on the way fill what is left, those in the middle of a run first, and it is said how many
// there are; what is transparent is on white; a damaged picture is named and left out.
func TestEmbedOnTheWay(t *testing.T) {
	s := openTest(t)
	pictures := []store.Artifact{{Kind: "picture", Name: "picture.png", Stage: 1, Step: 90, Width: 64, Height: 64, Data: noise(t, 99, 64, 64)}}
	for step := 10; step < 90; step += 10 {
		pictures = append(pictures, store.Artifact{Kind: "picture", Name: fmt.Sprintf("step-%06d.png", step), Stage: 1, Step: step, Width: 64, Height: 64, Data: noise(t, uint64(step), 64, 64)})
	}
	runs := []store.RunSummary{testRun{map[string]any{"a": 1}, pictures}.write(t, s)}
	clear := image.NewNRGBA(image.Rect(0, 0, 400, 400))
	clear.Set(0, 0, color.Black)
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.NoCompression}).Encode(&file, clear); err != nil {
		t.Fatal(err)
	}
	runs = append(runs,
		testRun{map[string]any{"a": 2}, []store.Artifact{{Kind: "picture", Name: "picture.png", Width: 400, Height: 400, Data: file.Bytes()}}}.write(t, s),
		testRun{map[string]any{"a": 3}, []store.Artifact{{Kind: "picture", Name: "picture.png", Width: 1, Height: 1, Data: []byte("no picture")}}}.write(t, s))
	d := ofRuns(t, s, runs)
	// 640,000 bytes of transparency do not fit as they are; a noisy JPEG has about 7,000 in base64.
	embedded, unshown, err := d.Embed(t.Context(), s, 45_000)
	if err != nil {
		t.Fatal(err)
	}
	var steps []int
	for _, p := range d.Cells[0].Pictures {
		steps = append(steps, p.Step)
	}
	if len(steps) < 2 || len(steps) > 6 || !slices.Contains(steps, 50) || steps[len(steps)-1] != 90 {
		t.Errorf("steps %v", steps)
	}
	if last := d.Notes[len(d.Notes)-1]; last != fmt.Sprintf("Of 8 pictures on the way %d are here; the store has all.", len(steps)-1) {
		t.Errorf("it says %q", last)
	}
	if len(unshown) != 1 || !strings.HasPrefix(unshown[0], "run 3: picture picture.png at step 0 cannot be shown: ") || d.Cells[2].Flaw != "damaged picture" || len(d.Cells[2].Pictures) != 0 {
		t.Errorf("unshown %q, %+v", unshown, d.Cells[2])
	}
	white := embedded[slices.IndexFunc(embedded, func(p document.GridPicture) bool { return p.Key == d.Cells[1].Pictures[0].Key })]
	m, kind, err := image.Decode(bytes.NewReader(white.File.Data))
	if err != nil || kind != "jpeg" {
		t.Fatal(kind, err)
	}
	if r, _, _, _ := m.At(m.Bounds().Max.X-2, m.Bounds().Max.Y-2).RGBA(); r < 0xf000 {
		t.Errorf("what is transparent has red %x", r)
	}
	if white.Alt != "run 2: a 2" || white.Hidden {
		t.Errorf("without a script it is %q", white.Alt)
	}
}

// spread takes the middles first, and each place once.
func TestSpread(t *testing.T) {
	got := spread(7)
	if !slices.Equal(got, []int{3, 1, 5, 0, 2, 4, 6}) {
		t.Errorf("got %v", got)
	}
	if spread(0) != nil {
		t.Error("of nothing there is something")
	}
}
