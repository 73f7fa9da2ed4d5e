package typeface

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/font/opentype/tables"
)

// Bounds of a search.
const (
	mostFiles = 5000
	mostDepth = 8
	mostBytes = 256 << 20 // of a file
	mostTable = 8 << 20   // of the table that says which letters a font has
)

// A file is a font of the system, of a collection its first.
type file struct {
	path    string
	opened  bool
	letters font.Cmap // nil if it cannot be read
	face    *font.Face
	loaded  bool
}

// folders returns where systems keep fonts.
func folders() []string {
	home, _ := os.UserHomeDir()
	var list []string
	switch runtime.GOOS {
	case "windows":
		list = []string{filepath.Join(os.Getenv("WINDIR"), "Fonts"), filepath.Join(os.Getenv("LOCALAPPDATA"), "Microsoft", "Windows", "Fonts")}
	case "darwin":
		list = []string{filepath.Join(home, "Library", "Fonts"), "/Library/Fonts", "/System/Library/Fonts"}
	default:
		data := os.Getenv("XDG_DATA_HOME")
		if data == "" {
			data = filepath.Join(home, ".local", "share")
		}
		dirs := os.Getenv("XDG_DATA_DIRS")
		if dirs == "" {
			dirs = "/usr/local/share:/usr/share"
		}
		for _, dir := range append([]string{data}, filepath.SplitList(dirs)...) {
			list = append(list, filepath.Join(dir, "fonts"))
		}
		list = append(list, filepath.Join(home, ".fonts"))
	}
	return slices.DeleteFunc(list, func(dir string) bool { return !filepath.IsAbs(dir) })
}

// list returns the font files below the folders, sans-serif ones first, then by path.
func list(folders []string) []*file {
	var files []*file
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // what cannot be read has no fonts for us
			}
			if len(files) >= mostFiles {
				return filepath.SkipAll
			}
			if d.IsDir() {
				if strings.Count(strings.TrimPrefix(path, folder), string(filepath.Separator)) > mostDepth {
					return filepath.SkipDir
				}
				return nil
			}
			switch strings.ToLower(filepath.Ext(path)) {
			case ".ttf", ".otf", ".ttc", ".otc":
				// Through links, and never a pipe, which would wait for its writer.
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() <= mostBytes {
					files = append(files, &file{path: path})
				}
			}
			return nil
		})
	}
	slices.SortFunc(files, func(a, b *file) int { return strings.Compare(a.path, b.path) })
	slices.SortStableFunc(files, func(a, b *file) int { return rank(a.path, false) - rank(b.path, false) })
	return slices.CompactFunc(files, func(a, b *file) bool { return a.path == b.path })
}

// rank is low for what suits our sans-serif type by the name of its file.
func rank(path string, bold bool) int {
	name := strings.ToLower(filepath.Base(path))
	r := 0
	for _, unfit := range []string{"serif", "mono", "italic", "oblique", "condensed", "light", "thin", "black", "medium", "demi", "display", "looped", "batang", "graph"} {
		if strings.Contains(name, unfit) {
			r += 2
		}
	}
	if strings.Contains(name, "lastresort") || strings.Contains(name, "blank") {
		r += 100
	}
	if strings.Contains(name, "bold") != bold {
		r++
	}
	return r
}

// search returns the first font of the system that has a cluster, nil if none has.
func (s *Set) search(cluster []rune, bold bool) *font.Face {
	if !s.searched {
		s.files, s.searched = list(s.folders), true
	}
	files := s.files
	if bold {
		files = slices.Clone(files)
		slices.SortStableFunc(files, func(a, b *file) int { return rank(a.path, true) - rank(b.path, true) })
	}
	for _, f := range files {
		if !f.covers(cluster) {
			continue
		}
		face := f.load()
		if face == nil || !has(face, cluster) {
			continue
		}
		// Some fonts claim letters that they do not draw.
		if _, ok := s.shape(cluster, segment{0, len(cluster), face}, true); ok {
			return face
		}
	}
	return nil
}

// covers looks at the table of letters alone.
func (f *file) covers(cluster []rune) bool {
	if !f.opened {
		f.opened = true
		f.letters = letters(f.path)
	}
	if f.letters == nil {
		return false
	}
	_, found := f.letters.Lookup(cluster[0])
	return found
}

func letters(path string) (cmap font.Cmap) {
	defer func() {
		if recover() != nil {
			cmap = nil
		}
	}()
	in, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer in.Close()
	loaders, err := opentype.NewLoaders(in)
	if err != nil || len(loaders) == 0 {
		return nil
	}
	raw, err := loaders[0].RawTable(opentype.MustNewTag("cmap"))
	if err != nil || len(raw) > mostTable {
		return nil
	}
	table, _, err := tables.ParseCmap(raw)
	if err != nil {
		return nil
	}
	cmap, _, err = font.ProcessCmap(table, tables.FPNone)
	if err != nil {
		return nil
	}
	return cmap
}

// load reads the font, nil if it is broken.
func (f *file) load() *font.Face {
	if f.loaded {
		return f.face
	}
	f.loaded = true
	defer func() {
		if recover() != nil {
			f.face = nil
		}
	}()
	in, err := os.Open(f.path)
	if err != nil {
		return nil
	}
	defer in.Close()
	loaders, err := opentype.NewLoaders(in)
	if err != nil || len(loaders) == 0 {
		return nil
	}
	parsed, err := font.NewFont(loaders[0])
	if err != nil {
		return nil
	}
	f.face = font.NewFace(parsed)
	return f.face
}
