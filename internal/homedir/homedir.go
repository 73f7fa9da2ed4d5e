// Package homedir expands ~ in paths: in files, and where a shell does not expand it,
// after = or within quotes.
package homedir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"runexp/internal/printable"
)

// Expand replaces a leading ~/ by the user's home folder and returns other paths
// unchanged. The home of another user (~name) is an error, and so is an unknown home.
func Expand(path string) (string, error) {
	rest, tilde := strings.CutPrefix(path, "~")
	switch {
	case !tilde:
		return path, nil
	case rest != "" && rest[0] != '/':
		short := printable.Excerpt(path)
		return "", fmt.Errorf("%s: only ~/ is supported, your own home folder; write ./%s for a file of that name, or the full path of another folder", short, short)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%s: the home folder is not known (%w); write the full path", printable.Excerpt(path), err)
	}
	return filepath.Join(home, rest), nil
}
