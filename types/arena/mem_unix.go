//go:build unix && !linux

package arena

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	reserveProt  = unix.PROT_READ | unix.PROT_WRITE
	reserveFlags = unix.MAP_PRIVATE | unix.MAP_ANON
)

// reserve maps size bytes of zeroed address space that cost nothing until they are touched. These
// systems either do not account for untouched private memory or refuse, and then less is asked for.
func reserve(size int) (memory, error) {
	b, err := unix.Mmap(-1, 0, size, reserveProt, reserveFlags)
	if err != nil {
		return memory{}, err
	}
	return memory{bytes: b, mapped: true}, nil
}

func unreserve(m memory) error {
	if !m.mapped {
		return nil
	}
	return unix.Munmap(m.bytes)
}

// giveBack returns the pages under b, part of a reserved range, to the system. They read as zero
// afterwards. MADV_DONTNEED keeps the contents here, so fresh memory is mapped over the old.
func giveBack(b []byte) error {
	at := unsafe.Pointer(unsafe.SliceData(b))
	_, err := unix.MmapPtr(-1, 0, at, uintptr(len(b)), reserveProt, reserveFlags|unix.MAP_FIXED)
	return err
}

func adviseHuge([]byte) {}

func populate([]byte) {}
