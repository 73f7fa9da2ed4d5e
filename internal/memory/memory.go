// Package memory reports free memory and this process's peak memory, where the system
// provides them.
package memory

import (
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Free returns how many bytes this process can allocate without swapping, or being
// killed in its container. It is known on Linux only.
func Free() (int64, bool) { return freeIn(os.DirFS("/")) }

// freeIn is Free for the system whose files are in root: the minimum of the machine's
// available memory and of what the process's memory cgroups leave.
func freeIn(root fs.FS) (bytes int64, known bool) {
	bytes = math.MaxInt64
	if kib, ok := number(root, "proc/meminfo", "MemAvailable:"); ok {
		bytes, known = kib<<10, true
	}
	for _, g := range memoryCgroups(root) {
		if left, limited := g.left(root); limited {
			bytes, known = min(bytes, left), true
		}
	}
	return bytes, known
}

// A cgroup is a folder of a cgroup file system, as a path of fs.FS, and the names of its
// files.
type cgroup struct {
	dir, limit, usage string
	cache             string // prefix of a line in memory.stat
}

// memoryCgroups returns the process's memory cgroup and its visible ancestors, whose
// limits apply too, of version 1 and version 2 of cgroups.
func memoryCgroups(root fs.FS) []cgroup {
	mine := map[string]string{} // its group by the type of file system
	for _, line := range linesOf(root, "proc/self/cgroup") {
		// hierarchy:controllers:group
		field := strings.SplitN(line, ":", 3)
		switch {
		case len(field) < 3:
		case field[1] == "":
			mine["cgroup2"] = field[2]
		case slices.Contains(strings.Split(field[1], ","), "memory"):
			mine["cgroup"] = field[2]
		}
	}
	var groups []cgroup
	for _, line := range linesOf(root, "proc/self/mountinfo") {
		// id parent device mounted point options … - type source options
		// Version 1 has a mount for each controller; only memory's has these files.
		before, after, _ := strings.Cut(line, " - ")
		mount, kind := strings.Fields(before), strings.Fields(after)
		if len(mount) < 5 || len(kind) == 0 {
			continue
		}
		group, ok := mine[kind[0]]
		if !ok {
			continue
		}
		g := cgroup{limit: "memory.max", usage: "memory.current", cache: "inactive_file "}
		if kind[0] == "cgroup" {
			g = cgroup{limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file "}
		}
		// A container may see its own group as the mount's root although the group's path
		// is relative to the host: folders that do not exist below top are skipped.
		top := path.Clean(mount[4])
		for dir := path.Join(top, path.Clean("/"+strings.TrimPrefix(group, mount[3]))); ; dir = path.Dir(dir) {
			g.dir = strings.TrimPrefix(dir, "/")
			groups = append(groups, g)
			if dir == top {
				break
			}
		}
	}
	return groups
}

// left returns what the group's limit leaves, and whether it has one. Inactive cached
// files count as free: the kernel drops them before it kills.
func (g cgroup) left(root fs.FS) (bytes int64, limited bool) {
	limit, limited := number(root, path.Join(g.dir, g.limit), "") // "max" is no limit
	usage, known := number(root, path.Join(g.dir, g.usage), "")
	if !limited || !known {
		return 0, false
	}
	cache, _ := number(root, path.Join(g.dir, "memory.stat"), g.cache)
	return max(limit-max(usage-cache, 0), 0), true
}

// number returns the number after a prefix, on the first line of a file that has it.
func number(root fs.FS, file, prefix string) (int64, bool) {
	for _, line := range linesOf(root, file) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			first, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			n, err := strconv.ParseInt(first, 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

// linesOf returns the lines of a file, none if it cannot be read.
func linesOf(root fs.FS, file string) []string {
	data, err := fs.ReadFile(root, file)
	if err != nil {
		return nil
	}
	return strings.Split(string(data), "\n")
}

// Peak returns the largest resident memory that this process has had, in bytes.
func Peak() (bytes int64, known bool) {
	kib, known := number(os.DirFS("/"), "proc/self/status", "VmHWM:")
	return kib << 10, known
}
