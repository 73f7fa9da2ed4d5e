package trial

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"runexp/experiments/plan"
	"runexp/framework/store"
)

// environment lists what a result may depend on besides the config.
func (r *Runner) environment(prepared *plan.Prepared) []store.Fact {
	variant, threads := r.plan.Kernels()
	facts := []store.Fact{
		{Name: "version/runexp", Value: r.options.Version},
		{Name: "version/go", Value: runtime.Version()},
		{Name: "version/gorgonia", Value: moduleVersion("gorgonia.org/gorgonia")},
		{Name: "machine/os", Value: runtime.GOOS},
		{Name: "machine/arch", Value: runtime.GOARCH},
		{Name: "machine/cpu", Value: procField("/proc/cpuinfo", "model name")},
		{Name: "machine/cores", Value: fmt.Sprint(runtime.NumCPU())},
		{Name: "machine/memory", Value: procField("/proc/meminfo", "MemTotal")},
		{Name: "kernels/variant", Value: variant},
		{Name: "kernels/threads", Value: fmt.Sprint(threads)},
		{Name: "command", Value: shellLine(r.options.Command)},
	}
	if w := prepared.Weights(); w.Name != "" {
		facts = append(facts,
			store.Fact{Name: "weights/name", Value: w.Name},
			store.Fact{Name: "weights/format", Value: w.Format},
			store.Fact{Name: "weights/feature_scale", Value: fmt.Sprint(w.FeatureScale)})
	}
	for key, sum := range prepared.Files {
		facts = append(facts, store.Fact{Name: "sha256/" + key, Value: sum})
	}
	return facts
}

// shellLine quotes a command for a POSIX shell.
func shellLine(command []string) string {
	plain := regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)
	words := make([]string, len(command))
	for i, word := range command {
		if words[i] = word; !plain.MatchString(word) {
			words[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// moduleVersion returns the version of a module that this binary was built with.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}

// procField returns the first value of a field in a file of Linux's /proc; "unknown" on
// other systems.
func procField(path, field string) string {
	f, err := os.Open(path)
	if err != nil {
		return "unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if ok && strings.TrimSpace(name) == field {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
