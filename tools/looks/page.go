package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A look is a section of the page: a picture, and the commands that make it.
type look struct {
	picture  string     // relative to the page
	captions []string   // of the config as it is, then of each command
	commands [][]string // in words
}

var (
	command = regexp.MustCompile(`(?m)^    (bin/runexp .*)$`)
	word    = regexp.MustCompile(`'[^']*'|\S+`)
	picture = regexp.MustCompile(`(?m)^!\[(.*)\]\((.*)\)$`)
)

// parse reads the page: the commands before the first section, which write the configs,
// and the looks of the sections. The text of a picture is its captions, with ; between.
// Errors: a section without a picture or a command, or with other than one caption
// for the config as it is and one for each command.
func parse(page string) (setup [][]string, looks []look, err error) {
	sections := strings.Split(strings.ReplaceAll(page, "\\\n", ""), "\n## ")
	setup = commands(sections[0])
	for _, section := range sections[1:] {
		title, _, _ := strings.Cut(section, "\n")
		l := look{commands: commands(section)}
		found := picture.FindAllStringSubmatch(section, -1)
		if len(found) != 1 || len(l.commands) == 0 {
			return nil, nil, fmt.Errorf("%q has %d pictures and %d commands; give one picture and its commands", title, len(found), len(l.commands))
		}
		l.picture, l.captions = found[0][2], strings.Split(found[0][1], "; ")
		if len(l.captions) != 1+len(l.commands) {
			return nil, nil, fmt.Errorf("%q has %d captions for the config as it is and %d commands", title, len(l.captions), len(l.commands))
		}
		for _, c := range l.commands {
			if len(c) < 4 || c[1] != "-c" || c[2] != l.commands[0][2] {
				return nil, nil, fmt.Errorf("%q: %q is no run of the section's config with a setting", title, c)
			}
		}
		looks = append(looks, l)
	}
	if len(looks) == 0 {
		return nil, nil, errors.New("no sections")
	}
	return setup, looks, nil
}

// commands returns the commands of a section in words, without comments.
func commands(section string) (all [][]string) {
	for _, found := range command.FindAllStringSubmatch(section, -1) {
		line, _, _ := strings.Cut(found[1], "  #")
		var words []string
		for _, w := range word.FindAllString(line, -1) {
			words = append(words, strings.Trim(w, "'"))
		}
		all = append(all, words)
	}
	return all
}

// neutral is the command that makes the picture of the config as it is.
func (l look) neutral() []string { return l.commands[0][:3:3] }
