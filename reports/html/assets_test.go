package html

import (
	"io/fs"
	"strings"
	"testing"
)

// Nothing in a script or style ends the element that it is put into, and what does not print would
// be changed on its way into a page, so that the script's hash would be another.
func TestAssetsCanBeInlined(t *testing.T) {
	names, err := fs.Glob(Assets(), "*.*s*")
	if err != nil || len(names) < 2 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".tmpl") {
			continue
		}
		data, err := fs.ReadFile(Assets(), name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ToLower(string(data))
		for _, bad := range []string{"</script", "</style", "<!--", "innerhtml", "outerhtml", "insertadjacenthtml", "document.write", "eval(", "http:", "https:"} {
			if strings.Contains(text, bad) && !strings.HasPrefix(bad, "http") || strings.Contains(strings.ReplaceAll(text, "http://www.w3.org/", ""), bad) {
				t.Errorf("%s has %s", name, bad)
			}
		}
		if lines := strings.Count(text, "\n"); lines > 400 {
			t.Errorf("%s has %d lines; nobody reads it in one sitting", name, lines)
		}
		if strings.HasSuffix(name, ".js") && !strings.HasPrefix(text, `"use strict";`) {
			t.Errorf("%s does not begin with \"use strict\"", name)
		}
	}
}
