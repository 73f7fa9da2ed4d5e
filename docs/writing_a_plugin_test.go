package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWritingAPlugin checks that the page shows examples/moments as it is.
func TestWritingAPlugin(t *testing.T) {
	page, err := os.ReadFile("writing-a-plugin.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"moments.go", "operation.go", "moments_test.go", "runexp-moments/main.go", "moments.yaml"} {
		code, err := os.ReadFile(filepath.Join("..", "examples", "moments", name))
		if err != nil {
			t.Fatal(err)
		}
		shown := "```" + strings.TrimPrefix(filepath.Ext(name), ".") + "\n" + string(code) + "```\n"
		if !strings.Contains(string(page), shown) {
			t.Errorf("the page does not show %s as it is; put the file into it", name)
		}
	}
}
