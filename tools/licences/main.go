// Command licences prints which Go modules are part of a runexp program and under
// which licences, as Markdown. make docs writes it into docs/licences.md. A licence
// that it does not know is an error, so that a new dependency's is read first.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	page, err := page()
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
	fmt.Print(page)
}

// A module is one that is linked, and the folder that holds its source.
type module struct{ path, version, dir string }

// page is the list as Markdown, or one error for all modules that have none.
func page() (string, error) {
	modules, err := linked()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# Licences of the Go modules in a runexp program\n\n" +
		"Those that `cmd/runexp` links on Linux; others have a few less or more. Written by `make docs`. What else is in it: [NOTICE](../NOTICE).\n\n" +
		"| module | version | licence |\n|---|---|---|\n")
	var errs []error
	for _, m := range modules {
		names, err := m.licences()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(&b, "| [%s](https://pkg.go.dev/%[1]s?tab=licenses) | %s | %s |\n", m.path, m.version, strings.Join(names, ", "))
	}
	return b.String(), errors.Join(errs...)
}

// linked returns the modules whose packages cmd/runexp imports, sorted. The
// platform is fixed, so that the page does not depend on who writes it.
func linked() ([]module, error) {
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}", "runexp/cmd/runexp")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w; run it within runexp's repository", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var modules []module
	for _, line := range slices.Compact(lines) {
		field := strings.Split(line, "\t")
		modules = append(modules, module{field[0], field[1], field[2]})
	}
	return modules, nil
}

// licences returns the names of those found in the module's licence files.
func (m module) licences() ([]string, error) {
	var text []byte
	for _, pattern := range []string{"LICEN[CS]E*", "COPYING*"} {
		files, err := filepath.Glob(filepath.Join(m.dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			text = append(append(text, data...), '\n')
		}
	}
	names := recognise(text)
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no licence known here is in %s: read what it is licensed under, then add it to recognise or drop the module", m.path, m.dir)
	}
	return names, nil
}

// recognise returns the SPDX identifiers of the licences that a text holds or names.
func recognise(text []byte) []string {
	has := func(phrase string) bool { return bytes.Contains(text, []byte(phrase)) }
	text = bytes.Join(bytes.Fields(text), []byte(" "))
	var names []string
	for _, l := range []struct {
		name  string
		found bool
	}{
		{"Apache-2.0", has("Apache License, Version 2.0") || has("Apache License Version 2.0")},
		{"BSD-2-Clause", has("Redistribution and use in source and binary forms") && !has("endorse or promote")},
		{"BSD-3-Clause", has("Redistribution and use in source and binary forms") && has("endorse or promote")},
		{"CC-BY-4.0", has("Creative Commons Attribution 4.0 International")},
		{"FTL", has("The FreeType License, which is similar to the original BSD license")},
		{"MIT", has("to any person obtaining a copy of this software")},
		{"OFL-1.1", has("SIL OPEN FONT LICENSE Version 1.1")},
		{"Unlicense", has("free and unencumbered software released into the public domain") || has("the UNLICENSE or")},
	} {
		if l.found {
			names = append(names, l.name)
		}
	}
	return names
}
