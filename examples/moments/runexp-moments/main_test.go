package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"runexp/framework/imaging"
)

// TestMain runs the program itself if a test started it.
func TestMain(m *testing.M) {
	if os.Getenv("AS_PROGRAM") != "" {
		main()
	}
	os.Exit(m.Run())
}

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
	program := exec.Command(os.Args[0],
		"-c", "../moments.yaml", "--db", filepath.Join(dir, "runexp.db"), "--out", dir, "--quiet",
		"content.image="+photo, "style.0.image="+painting, "stages.0.size.long=32", "stages.0.iterations=2")
	program.Env = append(os.Environ(), "AS_PROGRAM=yes")
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if pictures, err := filepath.Glob(filepath.Join(dir, "moments", "*", "picture.png")); err != nil || len(pictures) != 1 {
		t.Errorf("pictures %v, %v", pictures, err)
	}
}
