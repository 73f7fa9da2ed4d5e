package pathname

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	long, deep := strings.Repeat("a", 300), strings.Repeat("b/", 3000)
	for path, good := range map[string]bool{
		file: true, dir: true, dir + "/x/y/z": true, "x": true, "/": true, ".": true,
		file + "/x": false, file + "/x/y": false, dir + "/" + long: false, dir + "/x/" + long: false,
		dir + "/x/" + long + "/y": false, dir + "/" + deep: false, "x/" + long: false,
	} {
		if err := Check(path); (err == nil) != good {
			t.Errorf("%.80s: %v", path, err)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}
