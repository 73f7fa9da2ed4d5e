package cmd

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/compute"
	"runexp/framework/store"
)

// versionCommand is `runexp version`.
func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print what a bug report needs: versions, platform, kernels",
		Long: `Print what a bug report needs: the version of runexp, or the commit that it was built from
("+changes" if the checkout was modified), and that commit's time; Go and the platform; SQLite
and the schema version of stores; Gorgonia; and the kernel variants that this CPU can run, the
one in use first. RUNEXP_ISA selects another variant.

Reads and writes nothing. runexp show prints the versions that a stored run was made with.

Exit codes: 0 printed; 2 for arguments.

See also: runexp show, runexp bench`,
		Example: `  runexp version
  runexp version --json`,
		Args: exactArgs(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			if a.json {
				return printJSON(a.stdout, b)
			}
			return b.write(a)
		},
	}
}

// A build is what `runexp version` prints.
type build struct {
	Version  string   `json:"runexp"`
	Time     string   `json:"time,omitempty"` // commit time
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	CPUs     int      `json:"cpus"`
	SQLite   string   `json:"sqlite"`
	Store    int      `json:"store"` // version of the schema
	Gorgonia string   `json:"gorgonia"`
	Kernels  []string `json:"kernels"` // that this CPU can run, best first
	ISA      string   `json:"runexp_isa,omitempty"`
}

func thisBuild() build {
	b := build{
		Version: version(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(),
		SQLite: store.SQLiteVersion(), Store: store.SchemaVersion(), Gorgonia: "unknown",
		Kernels: compute.Variants(), ISA: os.Getenv("RUNEXP_ISA"),
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			b.Time = s.Value
		}
	}
	for _, m := range info.Deps {
		if m.Path == "gorgonia.org/gorgonia" {
			b.Gorgonia = m.Version
		}
	}
	return b
}

func (b build) write(a *app) error {
	kernels := strings.Join(b.Kernels, ", ")
	if b.ISA != "" {
		kernels += "; RUNEXP_ISA=" + b.ISA
	}
	for _, line := range [][2]string{
		{"runexp", b.Version}, {"committed", cmp.Or(b.Time, "unknown")}, {"go", b.Go},
		{"platform", fmt.Sprintf("%s, %d CPUs", b.Platform, b.CPUs)}, {"kernels", kernels},
		{"sqlite", fmt.Sprintf("%s, stores of version %d", b.SQLite, b.Store)}, {"gorgonia", b.Gorgonia},
	} {
		if _, err := fmt.Fprintf(a.stdout, "%-10s %s\n", line[0], line[1]); err != nil {
			return err
		}
	}
	return nil
}

// version is the module's version or, in a build from a checkout, its commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			commit = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+changes"
		}
	}
	if commit != "" {
		return commit + modified
	}
	return info.Main.Version
}
