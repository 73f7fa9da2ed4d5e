package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestLicences(t *testing.T) {
	const (
		mit  = "Permission is hereby granted, free of charge, to any person obtaining\na copy of this software"
		bsd  = "Redistribution and use in source and binary forms, with or without modification"
		font = "Permission is hereby granted, free of charge, to any person obtaining a copy of the Font Software\nSIL OPEN FONT LICENSE Version 1.1"
	)
	for _, c := range []struct {
		files map[string]string
		want  []string
	}{
		{map[string]string{"LICENSE": mit}, []string{"MIT"}},
		{map[string]string{"LICENCE.md": bsd}, []string{"BSD-2-Clause"}},
		{map[string]string{"LICENSE.txt": bsd + ". Neither the name may be used to endorse or promote products"}, []string{"BSD-3-Clause"}},
		{map[string]string{"COPYING": "Apache License\n   Version 2.0, January 2004"}, []string{"Apache-2.0"}},
		{map[string]string{"LICENSE": bsd, "LICENSE-SIL": font}, []string{"BSD-2-Clause", "OFL-1.1"}},
	} {
		m := module{path: "example.com/m", dir: t.TempDir()}
		for name, text := range c.files {
			if err := os.WriteFile(filepath.Join(m.dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := m.licences(); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, %v, want %v", c.files, got, err, c.want)
		}
	}
}

func TestUnknownLicence(t *testing.T) {
	m := module{path: "example.com/m", dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(m.dir, "LICENSE"), []byte("All rights reserved."), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.licences(); err == nil || !strings.Contains(err.Error(), m.path) {
		t.Errorf("error %v, want one that names %s", err, m.path)
	}
}
