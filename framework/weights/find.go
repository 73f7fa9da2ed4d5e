package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const extension = ".safetensors"

// Places is where weights are looked up by name.
type Places struct {
	Env   string // value of RUNEXP_WEIGHTS: a path list of directories and files
	Cache string // directory; "" for none
}

// DefaultPlaces returns what the environment says: RUNEXP_WEIGHTS and
// runexp/weights in the user's cache directory (os.UserCacheDir).
func DefaultPlaces() Places {
	places := Places{Env: os.Getenv("RUNEXP_WEIGHTS")}
	if cache, err := os.UserCacheDir(); err == nil {
		places.Cache = filepath.Join(cache, "runexp", "weights")
	}
	return places
}

// Find returns the path of a weights file. A name that contains a path
// separator or ends in .safetensors is that path itself. Any other NAME is
// looked up as NAME.safetensors: in each entry of places.Env, a directory or
// the file itself, then in the cache. The error lists every place looked in.
func Find(name string, places Places) (string, error) {
	if name == "" {
		return "", errors.New("weights: no name; give a name or the path of a .safetensors file")
	}
	if strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, "/") || strings.HasSuffix(name, extension) {
		if _, err := os.Stat(name); err != nil {
			return "", fmt.Errorf("weights: %w", err)
		}
		return name, nil
	}
	file := name + extension
	var looked []string
	try := func(path, source string) bool {
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			return true
		}
		looked = append(looked, fmt.Sprintf("%s (%s%s)", path, source, reason(err)))
		return false
	}
	for _, entry := range filepath.SplitList(places.Env) {
		if entry == "" {
			continue
		}
		path := filepath.Join(entry, file)
		if filepath.Ext(entry) == extension {
			if filepath.Base(entry) != file {
				looked = append(looked, entry+" (RUNEXP_WEIGHTS, another name)")
				continue
			}
			path = entry
		}
		if try(path, "RUNEXP_WEIGHTS") {
			return path, nil
		}
	}
	if places.Cache != "" {
		if path := filepath.Join(places.Cache, file); try(path, "cache") {
			return path, nil
		}
	}
	return "", notFound(name, looked, places)
}

// reason says why a file could not be used, unless it is just not there.
func reason(err error) string {
	switch {
	case err == nil:
		return ", not a regular file"
	case errors.Is(err, fs.ErrNotExist):
		return ""
	}
	return ", " + err.Error()
}

func notFound(name string, looked []string, places Places) error {
	var b strings.Builder
	fmt.Fprintf(&b, "weights %q not found", name)
	if len(looked) > 0 {
		fmt.Fprintf(&b, "; looked for\n\t%s\n", strings.Join(looked, "\n\t"))
	} else {
		b.WriteString("; RUNEXP_WEIGHTS is empty and there is no cache directory\n")
	}
	fmt.Fprintf(&b, "set RUNEXP_WEIGHTS to a directory that holds %s%s", name, extension)
	if places.Cache != "" {
		fmt.Fprintf(&b, ", or put the file into %s", places.Cache)
	}
	b.WriteString(", or give its path in place of the name")
	return errors.New(b.String())
}
