//go:build linux

package cmd

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sound is a valid experiment, in which one thing at a time is made wrong.
const sound = `
experiment: malformed
content: photo.png
style: painting.png
backbone: {name: vgg19-lite}
losses:
  - {type: content, layers: [conv2_1]}
  - {name: style, type: gram, layers: [conv1_1]}
  - {type: tv}
stages: [{size: {long: 32}, iterations: 1}]
`

// What a message about a file must say besides its name: what the user can do.
const (
	imageWays   = "download it again|convert|save |make it smaller|git lfs pull"
	weightsWays = "download|save |another network|git lfs pull"
	storeWays   = "--db"
	anyWay      = "" // other tests check the whole message for configs and overrides
)

// TestMalformedInputs passes every malformed file in testdata to the real program,
// through each verb that reads such files: exit code 2, a message with the place and
// what to do, no panic, and nothing written or changed.
func TestMalformedInputs(t *testing.T) {
	for _, file := range files(t, "../framework/imaging/testdata/bad/*") {
		malformed(t, "image/"+filepath.Base(file), filepath.Base(file), imageWays, "-c", "sound.yaml", "content.image="+file)
		malformed(t, "new/"+filepath.Base(file), filepath.Base(file), imageWays, "new", "photo.png", file)
	}
	for _, file := range files(t, "testdata/malformed/weights/*") {
		name := filepath.Base(file)
		malformed(t, "weights/"+name, name, weightsWays, "-c", "sound.yaml", "backbone={name: vgg19, weights: "+file+"}")
		malformed(t, "import/"+name, name, weightsWays, "weights", "import", file, "--as", "vgg19")
	}
	for _, file := range files(t, "../framework/config/testdata/bad/*.bad.yaml") {
		malformed(t, "config/"+filepath.Base(file), strings.TrimSuffix(filepath.Base(file), ".yaml"), anyWay, "-c", file)
	}
	for _, file := range files(t, "testdata/malformed/stores/*") {
		name := filepath.Base(file)
		for _, verb := range []string{"ls", "show last", "plot last", "strip last", "-c sound.yaml"} {
			args := append(strings.Fields(verb), "--db", file, "--out", "out")
			if verb == "ls" || verb == "show last" {
				args = args[:len(args)-2]
			}
			malformed(t, "store/"+name+"/"+verb, name, storeWays, args...)
		}
	}
	for override, named := range cases(t, "testdata/malformed/overrides.txt") {
		malformed(t, "override/"+override, named, anyWay, "-c", "sound.yaml", override)
	}
	for line, named := range cases(t, "testdata/malformed/commands.txt") {
		malformed(t, "command/"+line, named, anyWay, strings.Fields(line)...)
	}
}

// cases reads a file of lines, each an input and what the message must contain.
func cases(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if input, named, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			list[input] = named
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s has no cases", path)
	}
	return list
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(found), err)
	}
	for i := range found {
		if found[i], err = filepath.Abs(found[i]); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// malformed runs the program in a folder of its own.
func malformed(t *testing.T, name, named, way string, args ...string) {
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		place(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "sound.yaml"), []byte(sound), 0o644); err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		cmd, output := program(t, dir, args...)
		cmd.Env = append(cmd.Env, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
		said := must(t, exitUsage, cmd, output)
		if !strings.Contains(said, named) {
			t.Errorf("it does not name %q:\n%s", named, said)
		}
		if !regexp.MustCompile(way).MatchString(said) {
			t.Errorf("it does not say what to do (%s):\n%s", way, said)
		}
		if strings.Contains(said, "goroutine ") || strings.Contains(said, "panic") {
			t.Errorf("it panics:\n%s", said)
		}
		if after := contents(t, dir); !maps.Equal(after, before) {
			t.Errorf("it wrote something: %q", slices.Sorted(maps.Keys(after)))
		}
	})
}

// contents returns the files below dir.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			all[path] = "folder"
			return err
		}
		data, err := os.ReadFile(path)
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
