package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"runexp/configs"
	"runexp/framework/config"
	"runexp/framework/imaging"
	"runexp/internal/printable"
)

// checkImages returns the problems of all images that cannot be read.
func checkImages(paths []string) error {
	var problems []error
	for _, path := range paths {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			err = fmt.Errorf("%s is a folder; give an image, and then run its config with content.image=%[1]s for all of them", path)
		} else if !utf8.ValidString(path) {
			err = fmt.Errorf("%s: the name is not UTF-8, so no config can have it; rename the file", path)
		} else {
			_, err = imaging.Decode(path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("no such file: %s", printable.Text(path))
			if near := config.NearestFile(path, config.ImageExtensions()...); near != "" {
				err = fmt.Errorf("%w; did you mean %s?", err, printable.Text(filepath.Join(filepath.Dir(path), near)))
			}
		}
		if err != nil {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// maxStem is the maximum number of bytes that an image's name has in that of its config:
// three fit into a file's name.
const maxStem = 60

// configName returns the name of the config of a photo and its paintings: their names
// without folders and extensions, with hyphens between.
func configName(images []string) string {
	if len(images) > 3 {
		images = images[:3]
	}
	var stems []string
	for _, path := range images {
		stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		stem = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\`, r) || printable.Text(string(r)) != string(r) {
				return '-'
			}
			return r
		}, stem)
		for len(stem) > maxStem {
			_, last := utf8.DecodeLastRuneInString(stem)
			stem = stem[:len(stem)-last]
		}
		stems = append(stems, stem)
	}
	// A hyphen in front would be taken for a flag, a dot hides a file.
	return strings.TrimLeft(strings.Join(stems, "-"), "-.") + ".yaml"
}

// text returns the config of the images, with paths relative to its folder.
func (n *newFlags) text(c *cobra.Command, images []string) ([]byte, error) {
	folder, err := filepath.Abs(filepath.Dir(n.to))
	if err != nil {
		return nil, err
	}
	var paths, names []string
	for _, image := range images {
		absolute, err := filepath.Abs(image)
		if err != nil {
			return nil, err
		}
		path, err := filepath.Rel(folder, absolute)
		if err != nil {
			path = absolute
		}
		if strings.HasPrefix(path, "~") { // not the home folder
			path = "./" + path
		}
		paths, names = append(paths, config.Text(path)), append(names, printable.Text(filepath.Base(image)))
	}
	page := configs.New{
		Title:   fmt.Sprintf("%s in the style of %s", names[0], strings.Join(names[1:], " and ")),
		Run:     "runexp -c " + printable.Text(shellWord(filepath.Base(n.to))),
		Content: paths[0], Styles: paths[1:],
		Preset: config.Text(n.preset),
	}
	given := c.Flags().Changed
	if given("backbone") {
		page.Backbone = config.Text(n.backbone)
	}
	if given("size") {
		page.Size = fmt.Sprint(n.size)
	}
	if given("strength") {
		page.Strength = fmt.Sprint(n.strength)
	}
	if given("time") {
		page.Time = config.Text(n.time)
	}
	return page.Text()
}

// plainWord matches what a shell takes literally.
var plainWord = regexp.MustCompile(`^[\pL\pN_./+:=@%-]+$`)

// shellWord quotes a word for a shell if it has to be.
func shellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// presetNames returns the presets of this program.
func presetNames() []string {
	files, err := fs.Glob(configs.Presets(), "*.yaml")
	if err != nil {
		panic(err) // the pattern is valid
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(file, ".yaml")
	}
	return files
}
