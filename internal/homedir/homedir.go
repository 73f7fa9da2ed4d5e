// Package homedir reads ~ in paths, which a shell leaves alone after a = or
// within quotes, and in files.
package homedir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"runexp/internal/printable"
)

// Expand returns path with a leading ~/ turned into the user's home folder; every
// other path as it is. The folder of another user (~name) is an error, and so
// is a home that nobody knows.
func Expand(path string) (string, error) {
	rest, tilde := strings.CutPrefix(path, "~")
	switch {
	case !tilde:
		return path, nil
	case rest != "" && rest[0] != '/':
		short := printable.Excerpt(path)
		return "", fmt.Errorf("%s: only ~/ is known, the home folder of whoever runs this; write ./%s for a file of that name, and other folders out", short, short)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%s: the home folder is not known (%w); write the path out", printable.Excerpt(path), err)
	}
	return filepath.Join(home, rest), nil
}
