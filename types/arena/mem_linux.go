package arena

import "golang.org/x/sys/unix"

// reserve maps size bytes of zeroed address space that cost nothing until they are touched.
func reserve(size int) (memory, error) {
	const flags = unix.MAP_PRIVATE | unix.MAP_ANON | unix.MAP_NORESERVE
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, flags)
	if err != nil {
		return memory{}, err
	}
	// Where transparent huge pages are always on, the first byte of each table would take 2 MiB.
	// A kernel without huge pages refuses, and needs no advice either.
	_ = unix.Madvise(b, unix.MADV_NOHUGEPAGE)
	return memory{bytes: b, mapped: true}, nil
}

func unreserve(m memory) error {
	if !m.mapped {
		return nil
	}
	return unix.Munmap(m.bytes)
}

// giveBack returns the pages under b, part of a reserved range, to the system. They read as zero
// afterwards.
func giveBack(b []byte) error {
	return unix.Madvise(b, unix.MADV_DONTNEED)
}

// populate makes the pages under b resident. A kernel before 5.14 does not know the advice; then
// they become so when they are touched.
func populate(b []byte) {
	_ = unix.Madvise(b, unix.MADV_POPULATE_WRITE)
}

// adviseHuge asks for huge pages under b. It is only advice: a kernel without them refuses, and
// nothing is lost but speed.
func adviseHuge(b []byte) {
	_ = unix.Madvise(b, unix.MADV_HUGEPAGE)
}
