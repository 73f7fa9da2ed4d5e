package framework

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"runexp/internal/printable"
)

// MaxName is the maximum length of an experiment's name, in bytes of UTF-8. It names a
// folder, and file systems allow 255 bytes; the rest is for prefixes and suffixes of
// temporary files.
const MaxName = 200

// runNumbers are names that are a run's number, or a range of them.
var runNumbers = regexp.MustCompile(`^[0-9]+(-[0-9]+)?$`)

// CheckName returns an error unless name is valid for an experiment and its folder
// below --out, on any system. It must be printable UTF-8 of 1 to MaxName bytes without
// slash or backslash, not "." or "..", and not begin with a hyphen, so that no program
// mistakes it for a path or a flag.
func CheckName(name string) error {
	problem := ""
	switch {
	case name == "":
		problem = "give it at least a letter"
	case len(name) > MaxName:
		problem = fmt.Sprintf("it has %d bytes and may have %d, since a folder gets this name", len(name), MaxName)
	case name == "." || name == "..":
		problem = "every folder has an entry of this name"
	case !utf8.ValidString(name):
		problem = "it is not UTF-8"
	case strings.ContainsAny(name, `/\`):
		problem = "leave out slashes and backslashes"
	case printable.Text(name) != name:
		problem = "leave out control characters and whatever else does not print"
	case name[0] == '-':
		problem = "begin it with something other than a hyphen"
	}
	if problem == "" {
		return nil
	}
	return fmt.Errorf("\"%s\" cannot name an experiment and its folder: %s", printable.Excerpt(name), problem)
}

// CheckNewName is CheckName for a name that no store has yet: it is not blank either, nor what commands take as a run.
func CheckNewName(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(name) == "":
		return fmt.Errorf("%q is blank; give it at least a letter", name)
	case name == "last" || runNumbers.MatchString(name):
		return fmt.Errorf("%q is what commands take as the last run, its number or a range of numbers; add a word, as in test-%s", name, name)
	}
	return nil
}
