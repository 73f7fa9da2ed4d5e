package cmd

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"runexp/framework/imaging"
	"runexp/framework/store"
	"runexp/framework/store/storetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"runexp": func() {
			os.Exit(Main(testPlugins()))
		},
		"runexp-red":  runRed,
		"pngtext":     pngText,
		"pngpixels":   pngPixels,
		"pngalpha":    pngAlpha,
		"waitrun":     waitRun,
		"store-sql":   changeStore,
		"store-rows":  printRows,
		"same-trials": sameTrials,
		"plansweep":   planSweep,
		"fill":        fillBallot,
	})
}

// TestScripts drives the real program; each script has two small pictures and,
// in RUNEXP_WEIGHTS, the first layers of a VGG with random weights.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("RUNEXP_WEIGHTS", filepath.Join(e.WorkDir, "weights"))
			e.Setenv("LONG", strings.Repeat("a", 300))   // longer than a file name may be
			e.Setenv("NEARLY", strings.Repeat("a", 249)) // a valid file name, but too long with SQLite's suffixes
			e.Setenv("DEEP", strings.Repeat("deep/", 1000)+"x")
			e.Setenv("RUNEXP_ISA", os.Getenv("RUNEXP_ISA"))
			if err := os.Mkdir(filepath.Join(e.WorkDir, "weights"), 0o755); err != nil {
				return err
			}
			if err := writeWeights(filepath.Join(e.WorkDir, "weights", "vgg11-torchvision.safetensors")); err != nil {
				return err
			}
			if err := writePicture(filepath.Join(e.WorkDir, "photo.png"), 24, 32); err != nil {
				return err
			}
			if err := writeCutOut(filepath.Join(e.WorkDir, "cutout.png"), 24, 32); err != nil {
				return err
			}
			return writePicture(filepath.Join(e.WorkDir, "painting.png"), 30, 20)
		},
	})
}

// exits is `exits CODE program argument…`: the program must exit with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE program argument…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func writePicture(path string, h, w int) error {
	image := imaging.New(h, w)
	for i := range image.Pix {
		y, x, c := i/3/w, i/3%w, i%3
		image.Pix[i] = float32(0.5 + 0.5*math.Sin(float64(y*(c+1)+x*h)/5))
	}
	return imaging.WriteFile(path, image, nil)
}

// writeCutOut writes a picture whose left half is transparent.
func writeCutOut(path string, h, w int) error {
	image := imaging.New(h, w)
	image.Alpha = make([]float32, h*w)
	for i := range image.Alpha {
		if i%w >= w/2 {
			image.Alpha[i] = 1
			image.Pix[3*i] = float32(i%7) / 7
		}
	}
	return imaging.WriteFile(path, image, nil)
}

// writeWeights writes conv1_1 and conv2_1 of a VGG-11 as torchvision names them.
func writeWeights(path string) error {
	random := rand.New(rand.NewPCG(1, 1))
	header := map[string]any{}
	var data []byte
	for _, layer := range []struct{ index, in, out int }{{0, 3, 64}, {3, 64, 128}} {
		for _, name := range []string{"weight", "bias"} {
			shape := map[string][]int{"weight": {layer.out, layer.in, 3, 3}, "bias": {layer.out}}[name]
			n := 1
			for _, d := range shape {
				n *= d
			}
			begin := len(data)
			for range n {
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(random.NormFloat64()/20)))
			}
			header[fmt.Sprintf("features.%d.%s", layer.index, name)] = map[string]any{
				"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)},
			}
		}
	}
	text, err := json.Marshal(header)
	if err != nil {
		return err
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	return os.WriteFile(path, append(append(file, text...), data...), 0o644)
}

// pngText prints the text of a PNG file, one line per key.
func pngText() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	text, err := imaging.ReadPNGText(f)
	if err != nil {
		panic(err)
	}
	for k, v := range text {
		fmt.Printf("%s=%s\n", k, v)
	}
}

// pngPixels prints a hash of a PNG file's pixels.
func pngPixels() {
	image, err := imaging.Decode(os.Args[1])
	if err != nil {
		panic(err)
	}
	h := fnv.New64a()
	if err := binary.Write(h, binary.LittleEndian, image.Pix); err != nil {
		panic(err)
	}
	fmt.Printf("%d×%d %x\n", image.H, image.W, h.Sum64())
}

// pngAlpha prints a picture's size, whether it is transparent, and the alpha in the middle
// of its left and of its right edge.
func pngAlpha() {
	image, err := imaging.Decode(os.Args[1])
	if err != nil {
		panic(err)
	}
	if image.Alpha == nil {
		fmt.Printf("%d×%d opaque\n", image.H, image.W)
		return
	}
	row := image.Alpha[image.H/2*image.W:][:image.W]
	fmt.Printf("%d×%d transparent, %.2f to %.2f\n", image.H, image.W, row[0], row[len(row)-1])
}

// waitRun is `waitrun [RUN [DB]]`: it waits until the given run, by default the
// first, is running and has a loss.
func waitRun() {
	want, db := "1", "runs/runexp.db"
	if len(os.Args) > 1 {
		want = os.Args[1]
	}
	if len(os.Args) > 2 {
		db = os.Args[2]
	}
	for range 200 {
		time.Sleep(50 * time.Millisecond)
		s, err := store.OpenReadOnly(context.Background(), db)
		if err != nil {
			continue
		}
		run, err := s.FindRun(context.Background(), want)
		s.Close()
		if err == nil && run.Status == store.Running && run.Iterations > 0 {
			return
		}
	}
	panic("no run " + want + " after ten seconds")
}

// sameTrials is `same-trials A.db B.db N`: N trials of B have finished, and A has
// finished runs of the same trials with the same pictures.
func sameTrials() {
	ctx := context.Background()
	finished := func(path string) map[string]string {
		s, err := store.OpenReadOnly(ctx, path)
		if err != nil {
			panic(err)
		}
		defer s.Close()
		runs, err := s.Runs(ctx, store.Filter{Status: store.Finished})
		if err != nil {
			panic(err)
		}
		pictures := map[string]string{}
		for _, run := range runs {
			artifacts, err := s.Artifacts(ctx, run.Number)
			if err != nil {
				panic(err)
			}
			data, err := s.Blob(ctx, artifacts[len(artifacts)-1].Hash)
			if err != nil {
				panic(err)
			}
			picture, err := imaging.DecodeReader(bytes.NewReader(data), run.TrialHash)
			if err != nil {
				panic(err)
			}
			pictures[run.TrialHash] = fmt.Sprint(picture.Pix)
		}
		return pictures
	}
	a, b := finished(os.Args[1]), finished(os.Args[2])
	if fmt.Sprint(len(b)) != os.Args[3] {
		panic(fmt.Sprintf("%d trials, want %s", len(b), os.Args[3]))
	}
	for trial, picture := range b {
		if a[trial] != picture {
			panic("trial " + trial + " has another picture, or none")
		}
	}
}

// changeStore is `store-sql DB STATEMENT…`: changes as by another program.
func changeStore() {
	if err := storetest.Exec(os.Args[1], os.Args[2:]...); err != nil {
		panic(err)
	}
}

// printRows is `store-rows DB QUERY`: it prints the rows of a query.
func printRows() {
	rows, err := storetest.Rows(os.Args[1], os.Args[2])
	if err != nil {
		panic(err)
	}
	for _, row := range rows {
		fmt.Println(row)
	}
}
