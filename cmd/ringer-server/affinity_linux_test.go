package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseCPUs(t *testing.T) {
	for _, c := range []struct {
		list string
		want []int // nil: no list
	}{
		{"0", []int{0}}, {"0,2", []int{0, 2}}, {"1-3", []int{1, 2, 3}}, {"0-7:3", []int{0, 3, 6}},
		{"5,0-1", []int{0, 1, 5}}, {"1023", []int{1023}},
		{"1024", nil}, {"x", nil}, {"1-", nil}, {"-1", nil}, {"3-1", nil}, {"0-3:0", nil}, {"0,,1", nil},
		{"0-99999999999", nil},
	} {
		set, ok := parseCPUs(c.list)
		var got []int
		for cpu := range maxCPUs {
			if set.IsSet(cpu) {
				got = append(got, cpu)
			}
		}
		if ok != (c.want != nil) {
			t.Errorf("%q: %v", c.list, ok)
		}
		for i, cpu := range c.want {
			if len(got) != len(c.want) || got[i] != cpu {
				t.Errorf("%q: %v, want %v", c.list, got, c.want)
				break
			}
		}
	}
}

// TestServerCPUList: every thread runs on the processor that was asked for, and a list that is none
// is told of in the log.
func TestServerCPUList(t *testing.T) {
	var own unix.CPUSet
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	cpu := 0
	for !own.IsSet(cpu) {
		cpu++
	}
	port := freePort(t)
	p := startServer(t, ":", "--port", port, "--native-port", "0", "--io-threads", "4",
		"--server_cpulist", strconv.Itoa(cpu))
	p.mustReach(ready)
	ask(t, "tcp", "127.0.0.1:"+port, "PING")
	files, err := filepath.Glob("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/task/*/status")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d threads, %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		if want := "Cpus_allowed_list:\t" + strconv.Itoa(cpu) + "\n"; !strings.Contains(string(b), want) {
			t.Errorf("a thread is not on processor %d alone:\n%s", cpu, b)
		}
	}
	p.signal(syscall.SIGTERM)
	p.exit()
	p = startServer(t, ":", "--port", freePort(t), "--native-port", "0", "--server_cpulist", "x")
	p.mustReach("# Unable to run on the processors of server_cpulist x: Invalid argument")
	p.mustReach(ready)
}
