package keyspace

import (
	"bytes"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// multiplexer is how the front ends wait for their sockets.
const multiplexer = "epoll"

// systemName is the operating system, its release and the machine, as uname tells them.
func systemName() string {
	var u syscall.Utsname
	if syscall.Uname(&u) != nil {
		return "Linux"
	}
	return charsToString(u.Sysname[:]) + " " + charsToString(u.Release[:]) + " " +
		charsToString(u.Machine[:])
}

// charsToString is the string of a C array, whose element is int8 or uint8 by architecture.
func charsToString[T int8 | uint8](chars []T) string {
	var b strings.Builder
	for _, c := range chars {
		if c == 0 {
			break
		}
		b.WriteByte(byte(c))
	}
	return b.String()
}

// residentBytes is the memory of the process that is in RAM; 0 if unknown.
func residentBytes() int64 {
	statm, err := os.ReadFile("/proc/self/statm") // no disk: the kernel makes it up
	fields := bytes.Fields(statm)
	if err != nil || len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// systemMemory is the RAM of the machine in bytes; 0 if unknown.
func systemMemory() int64 {
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}

// cpuTime is what the process has used of the CPU.
func cpuTime() (user, system time.Duration) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0, 0
	}
	return time.Duration(u.Utime.Nano()), time.Duration(u.Stime.Nano())
}

// cyclesSteady reports whether the kernel takes its own time from the processor's counter.
func cyclesSteady() bool {
	source, err := os.ReadFile("/sys/devices/system/clocksource/clocksource0/current_clocksource")
	if err != nil {
		return false
	}
	processors, _ := os.ReadFile("/proc/cpuinfo")
	return steadyCycles(string(bytes.TrimSpace(source)), string(processors))
}

// steadyCycles is cyclesSteady for a clock source and the text of /proc/cpuinfo. The source tsc is
// chosen only where the counter runs at one rate, and alike on all processors. The clocks of
// virtual machines are the counter, too, at a rate that the host tells; there the processors must
// promise the one rate.
func steadyCycles(source, processors string) bool {
	switch source {
	case "tsc":
		return true
	case "kvm-clock", "hyperv_clocksource_tsc_page":
		_, flags, _ := strings.Cut(processors, "\nflags")
		flags, _, _ = strings.Cut(flags, "\n")
		words := strings.Fields(flags)
		return slices.Contains(words, "constant_tsc") && slices.Contains(words, "nonstop_tsc")
	}
	return false
}
