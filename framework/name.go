package framework

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"runexp/internal/printable"
)

// MaxName is the longest name of an experiment, in bytes of UTF-8. Folders are
// called so, and file systems take 255 bytes; what is left is for what is put
// before or behind a name while a file is written beside it.
const MaxName = 200

// CheckName returns an error unless name can be that of an experiment: a folder
// of this one name below --out, on any system, that no other program takes for a
// path or a flag. It is UTF-8 that prints, of 1 to MaxName bytes, has neither slash
// nor backslash, is neither "." nor "..", and does not begin with a hyphen.
func CheckName(name string) error {
	problem := ""
	switch {
	case name == "":
		problem = "give it at least a letter"
	case len(name) > MaxName:
		problem = fmt.Sprintf("it has %d bytes and may have %d, since a folder is called so", len(name), MaxName)
	case name == "." || name == "..":
		problem = "it is a folder that every folder has"
	case !utf8.ValidString(name):
		problem = "it is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		problem = "leave out slashes and backslashes"
	case printable.Text(name) != name:
		problem = "leave out control characters and what else does not print"
	case name[0] == '-':
		problem = "begin it with something else than a hyphen"
	}
	if problem == "" {
		return nil
	}
	return fmt.Errorf("\"%s\" cannot name an experiment and its folder: %s", printable.Excerpt(name), problem)
}
