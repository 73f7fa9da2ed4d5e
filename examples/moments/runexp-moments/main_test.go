package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"runexp/cmd"
	"runexp/framework/imaging"
)

// TestConfig runs moments.yaml for two iterations on two small pictures.
func TestConfig(t *testing.T) {
	dir := t.TempDir()
	photo, painting := filepath.Join(dir, "photo.png"), filepath.Join(dir, "painting.png")
	for i, path := range []string{photo, painting} {
		image := imaging.New(24, 32)
		for k := range image.Pix {
			image.Pix[k] = float32(0.5 + 0.5*math.Sin(float64(k*(i+1))/7))
		}
		if err := imaging.WriteFile(path, image, nil); err != nil {
			t.Fatal(err)
		}
	}
	os.Args = []string{
		"runexp-moments", "-c", "../moments.yaml", "--db", filepath.Join(dir, "runexp.db"), "--out", dir, "--quiet",
		"content.image=" + photo, "style.0.image=" + painting, "stages.0.size.long=32", "stages.0.iterations=2",
	}
	if code := cmd.Main(plugins()); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	if pictures, err := filepath.Glob(filepath.Join(dir, "moments", "*", "picture.png")); err != nil || len(pictures) != 1 {
		t.Errorf("pictures %v, %v", pictures, err)
	}
}
