package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// thisHost reads the kernel's boot id, which is random for each boot, and the
// process namespace: containers share the boot id but not the namespace, and a
// process id is only valid within one.
func thisHost() host {
	var h host
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err == nil {
		if namespace, err := os.Readlink("/proc/self/ns/pid"); err == nil {
			h.boot = strings.TrimSpace(string(boot)) + " " + namespace
		}
	}
	// machine-id(5) asks not to publish it: a keyed hash serves as well.
	if id, err := os.ReadFile("/etc/machine-id"); err == nil && len(id) > 0 {
		mac := hmac.New(sha256.New, []byte("runexp"))
		mac.Write(id)
		h.machine = hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return h
}

// alive reports whether the process with this id and start tick still runs, true
// if that cannot be determined.
func alive(pid int, started int64) bool {
	// By signal first, since /proc may hide other users' processes (hidepid).
	if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	state, now, err := processStat(pid)
	if err != nil {
		return true
	}
	if state == "Z" || state == "X" { // a zombie
		return false
	}
	return started == 0 || now == started
}

// processStart returns a process's start time in ticks since boot, 0 if unknown.
func processStart(pid int) int64 {
	_, started, err := processStat(pid)
	if err != nil {
		return 0
	}
	return started
}

// processStat reads fields 3 (state) and 22 (starttime) of proc_pid_stat(5).
func processStat(pid int) (state string, started int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", 0, err
	}
	// Field 2 is the program's name in parentheses and may contain anything.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 20 {
		return "", 0, fmt.Errorf("/proc/%d/stat has only %d fields", pid, len(fields))
	}
	started, err = strconv.ParseInt(fields[22-3], 10, 64)
	return fields[0], started, err
}
