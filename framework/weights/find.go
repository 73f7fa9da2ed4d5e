package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"runexp/internal/homedir"
)

const extension = ".safetensors"

// An Identifier is a backbone whose weights can be imported from a file. Weights of
// backbone B in format F are named B-F.
type Identifier interface {
	// Formats lists the supported formats; none if the weights are embedded in the
	// program.
	Formats() []string
	// Identify determines how to read f. called is the format, one of Formats, that
	// the user gives, "" for none: it is used unless the file contradicts it.
	Identify(f *File, called string) (Identity, error)
}

// An Identity is the result of Identify.
type Identity struct {
	Format   string            // one of its Formats
	Reading  string            // for the user: the expected preprocessing of images, and how it was determined
	Metadata map[string]string // for an imported file, so that it is identified the same way
	Tensors  map[string][]int  // name to shape: all tensors that the network needs
}

// Places are the locations where weights are looked up by name.
type Places struct {
	Env   string // value of RUNEXP_WEIGHTS: a path list of directories and files
	Cache string // directory; "" for none
}

// Cached returns the path in the cache of the weights called name, whether or not it
// exists, or an error if there is no cache.
func (p Places) Cached(name string) (string, error) {
	if p.Cache == "" {
		return "", errors.New("weights: no cache directory; set HOME or XDG_CACHE_HOME")
	}
	return filepath.Join(p.Cache, name+extension), nil
}

// DefaultPlaces returns the places that the environment determines: RUNEXP_WEIGHTS and
// runexp/weights in the user's cache directory (os.UserCacheDir). A relative
// XDG_CACHE_HOME, which os.UserCacheDir rejects, is relative to the working directory.
func DefaultPlaces() Places {
	places := Places{Env: os.Getenv("RUNEXP_WEIGHTS")}
	cache, err := os.UserCacheDir()
	if relative := os.Getenv("XDG_CACHE_HOME"); err != nil && relative != "" {
		cache, err = filepath.Abs(relative)
	}
	if err == nil {
		places.Cache = filepath.Join(cache, "runexp", "weights")
	}
	return places
}

// IsPath reports whether name is the path of a weights file: it contains a path
// separator or ends in .safetensors, .pth or .pt.
func IsPath(name string) bool {
	if strings.ContainsRune(name, filepath.Separator) || strings.Contains(name, "/") {
		return true
	}
	return slices.Contains([]string{extension, ".pth", ".pt"}, filepath.Ext(name))
}

// Find returns the path of a weights file. A name that IsPath is returned, with ~/
// expanded, as in places.Env. Any other NAME is looked up as NAME.safetensors in each
// entry of places.Env, a directory or the file itself, then in the cache. The error
// lists all places searched and how to get the weights.
func Find(name string, places Places) (string, error) {
	if name == "" {
		return "", errors.New("weights: no name; give a name or the path of a .safetensors file")
	}
	if IsPath(name) {
		path, err := homedir.Expand(name)
		if err == nil {
			_, err = os.Stat(path)
		}
		if err != nil {
			return "", fmt.Errorf("weights: %w", err)
		}
		return path, nil
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
		entry, err := homedir.Expand(entry)
		if err != nil {
			looked = append(looked, fmt.Sprintf("%v (RUNEXP_WEIGHTS)", err))
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

// reason returns why a file could not be used, "" if it does not exist.
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
	fmt.Fprintf(&b, "weights %q not found%s", name, instructions(name))
	if len(looked) > 0 {
		fmt.Fprintf(&b, "; looked for\n\t%s\n", strings.Join(looked, "\n\t"))
	} else {
		b.WriteString("; RUNEXP_WEIGHTS is empty and there is no cache directory\n")
	}
	if source, ok := sourceOf(name); ok {
		if source.Note != "" {
			fmt.Fprintf(&b, "%s:\n\t%s\n", source.Note, source.Command())
		} else {
			fmt.Fprintf(&b, "download them with: %s\n", source.Command())
		}
		b.WriteString("or ")
	} else {
		b.WriteString("runexp weights ls lists published weights; ")
	}
	fmt.Fprintf(&b, "set RUNEXP_WEIGHTS to a directory with %s%s", name, extension)
	if places.Cache != "" {
		fmt.Fprintf(&b, ", or put the file into %s", places.Cache)
	}
	b.WriteString(", or give its path instead of the name")
	return errors.New(b.String())
}

// instructions returns one line on how to get the weights called name: first the
// command that downloads weights of the same network, if any, then the import of a
// file.
func instructions(name string) string {
	network, _, _ := strings.Cut(name, "-")
	var b strings.Builder
	for _, s := range Sources() {
		if s.URL != "" && strings.HasPrefix(s.Name, network+"-") {
			fmt.Fprintf(&b, ": runexp weights pull %s", s.Name)
			if s.Name != name {
				fmt.Fprintf(&b, " and backbone.weights=%s", s.Name)
			}
			fmt.Fprintf(&b, ", or runexp weights import FILE --as %s", name)
			break
		}
	}
	return b.String()
}

// Names returns all names for which Find finds a file, in alphabetical order.
func (p Places) Names() []string {
	names := map[string]bool{}
	add := func(file string) {
		if name, ok := strings.CutSuffix(filepath.Base(file), extension); ok && !IsPath(name) {
			if _, err := Find(name, p); err == nil {
				names[name] = true
			}
		}
	}
	for _, entry := range append(filepath.SplitList(p.Env), p.Cache) {
		entry, err := homedir.Expand(entry)
		if err != nil {
			continue
		}
		if filepath.Ext(entry) == extension {
			add(entry)
			continue
		}
		files, err := os.ReadDir(entry)
		if err != nil {
			continue // Find skips it too
		}
		for _, file := range files {
			add(file.Name())
		}
	}
	return slices.Sorted(maps.Keys(names))
}
