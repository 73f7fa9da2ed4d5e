package memory

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

// TestFreeMemory reads the files of machines and containers of either version of
// cgroups. The machine has 1000 KiB available.
func TestFreeMemory(t *testing.T) {
	const (
		available = 1000 << 10
		meminfo   = "MemTotal:        4000 kB\nMemFree:          500 kB\nMemAvailable:    1000 kB\n"
		mountV2   = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
		mountV1   = "30 23 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
		none      = "9223372036854771712\n" // as version 1 writes it
	)
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"no cgroup": {nil, available},
		"a limit of the container's own": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/memory.max": "500000\n", "sys/fs/cgroup/memory.current": "300000\n",
			"sys/fs/cgroup/memory.stat": "anon 190000\ninactive_file 100000\nactive_file 5000\n",
		}, 300_000},
		"no limit": {map[string]string{
			"proc/self/cgroup": "0::/user.slice\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/user.slice/memory.max": "max\n", "sys/fs/cgroup/user.slice/memory.current": "300000\n",
		}, available},
		"a limit above what the machine has": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/memory.max": "5000000\n", "sys/fs/cgroup/memory.current": "300000\n",
		}, available},
		"a limit of a group above": {map[string]string{
			"proc/self/cgroup": "0::/a.slice/b.scope\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/a.slice/memory.max": "400000\n", "sys/fs/cgroup/a.slice/memory.current": "100000\n",
			"sys/fs/cgroup/a.slice/b.scope/memory.max": "max\n", "sys/fs/cgroup/a.slice/b.scope/memory.current": "1\n",
		}, 300_000},
		"more in use than the limit": {map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/memory.max": "400000\n", "sys/fs/cgroup/memory.current": "500000\n",
		}, 0},
		"the older version": {map[string]string{
			"proc/self/cgroup": "4:memory:/jobs/7\n1:cpu:/\n0::/\n", "proc/self/mountinfo": mountV1,
			"sys/fs/cgroup/memory/memory.limit_in_bytes": none, "sys/fs/cgroup/memory/memory.usage_in_bytes": "100000\n",
			"sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes": "200000\n", "sys/fs/cgroup/memory/jobs/7/memory.usage_in_bytes": "150000\n",
			"sys/fs/cgroup/memory/jobs/7/memory.stat": "inactive_file 1\ntotal_inactive_file 20000\n",
		}, 70_000},
		"the older version, seen from inside": {map[string]string{
			"proc/self/cgroup":                           "4:cpuacct,memory:/docker/ab\n",
			"proc/self/mountinfo":                        "35 31 0:32 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "200000\n", "sys/fs/cgroup/memory/memory.usage_in_bytes": "150000\n",
		}, 50_000},
		"a group below the one that is mounted": {map[string]string{
			"proc/self/cgroup":           "0::/jobs/7\n",
			"proc/self/mountinfo":        "31 23 0:28 /jobs /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/7/memory.max": "200000\n", "sys/fs/cgroup/7/memory.current": "150000\n",
		}, 50_000},
		"a group that is mounted nowhere": {map[string]string{
			"proc/self/cgroup": "0::/../other\n", "proc/self/mountinfo": mountV2,
			"sys/fs/cgroup/memory.max": "200000\n", "sys/fs/cgroup/memory.current": "150000\n",
		}, 50_000},
	} {
		system := fstest.MapFS{"proc/meminfo": {Data: []byte(meminfo)}}
		for file, content := range c.files {
			system[file] = &fstest.MapFile{Data: []byte(content)}
		}
		if got, known := freeIn(system); got != c.want || !known {
			t.Errorf("%s: %d, %v, want %d", name, got, known, c.want)
		}
	}
	if got, known := freeIn(fstest.MapFS{}); known {
		t.Errorf("%d of a system that says nothing", got)
	}
}

// TestFreeMemoryHere reads this machine's own files, if it has them.
func TestFreeMemoryHere(t *testing.T) {
	if _, err := fs.Stat(os.DirFS("/"), "proc/meminfo"); err != nil {
		t.Skip("no /proc here")
	}
	if got, known := Free(); !known || got <= 0 {
		t.Errorf("%d, %v", got, known)
	}
}
