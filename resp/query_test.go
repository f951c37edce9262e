package resp

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/keyspace"
)

// randomCommands makes a stream of commands with arguments of all sizes that matter.
func randomCommands(rnd *rand.Rand, n int) (stream []byte, want []string) {
	sizes := []int{
		0, 1, 16, 900, readBytes - 30, bigArgBytes - 1, bigArgBytes, 70_000, mappedBytes + 5,
	}
	for range n {
		args := make([][]byte, 1+rnd.IntN(5))
		stream = fmt.Appendf(stream, "*%d\r\n", len(args))
		for i := range args {
			size := sizes[min(rnd.IntN(len(sizes)), rnd.IntN(len(sizes)))]
			args[i] = bytes.Repeat([]byte{byte('a' + rnd.IntN(26))}, size)
			stream = fmt.Appendf(stream, "$%d\r\n%s\r\n", size, args[i])
		}
		want = append(want, fmt.Sprintf("%.40q", args))
	}
	return stream, want
}

// receive reads a stream through a query and a parser, as a gate does. take says how many bytes
// of the room a read fills.
func receive(t *testing.T, q *query, stream []byte, take func(room int) int) (got []string) {
	p := testParser(false)
	p.maxBulkBytes = 512 << 20
	var b keyspace.Batch
	for len(stream) > 0 {
		room := q.room(p.need())
		if len(room) == 0 {
			t.Fatal("no room")
		}
		n := copy(room[:take(len(room))], stream)
		stream = stream[n:]
		q.filled(n)
		q.use(p.parse(&b, q.unused()), len(b.Args) > 0)
		if b.Fatal != "" {
			t.Fatal(b.Fatal)
		}
		if b.Len() == 0 {
			continue
		}
		from := int32(0)
		for _, end := range b.Ends {
			got = append(got, fmt.Sprintf("%.40q", b.Args[from:end]))
			from = end
		}
		b.Reset()
		q.done()
	}
	return got
}

// TestQueryAgainstModel: whatever the pieces, what comes out is what was sent.
func TestQueryAgainstModel(t *testing.T) {
	for seed := range uint64(30) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		stream, want := randomCommands(rnd, 40)
		q := &query{from: &blocks{}}
		got := receive(t, q, stream, func(room int) int {
			switch rnd.IntN(3) {
			case 0:
				return 1 + rnd.IntN(min(room, 20))
			case 1:
				return 1 + rnd.IntN(room)
			}
			return room
		})
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("seed %d: %d commands, want %d, or other bytes", seed, len(got), len(want))
		}
		if len(q.old) != 0 || len(q.unused()) != 0 {
			t.Fatalf("seed %d: %d old blocks, %d bytes are left", seed, len(q.old), len(q.unused()))
		}
	}
}

// TestLargeArgumentIsReadInPlace: one block of its size, and what was read before is moved once.
func TestLargeArgumentIsReadInPlace(t *testing.T) {
	const size = 8 << 20
	q := &query{from: &blocks{}}
	stream := fmt.Appendf(nil, "*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n", size, strings.Repeat("x", size))
	seen := map[*block]bool{}
	receive(t, q, stream, func(room int) int {
		seen[q.cur] = true
		return min(room, readBytes)
	})
	if len(seen) != 2 {
		t.Fatalf("%d blocks were used, want one for the beginning and one for the argument", len(seen))
	}
	if q.cur != nil {
		t.Fatalf("a block of %d bytes is kept", len(q.cur.b))
	}
}

// TestPromisedBlockIsNotTouched: a header that promises 512 MiB makes no memory resident.
func TestPromisedBlockIsNotTouched(t *testing.T) {
	q := &query{from: &blocks{}}
	allocated := testing.AllocsPerRun(10, func() {
		q.room(512<<20 + 2)
		q.drop()
	})
	if allocated > 3 {
		t.Fatalf("%v allocations", allocated)
	}
}

// TestBlockGrowsWithTheLoad: a connection whose reads fill its block gets a bigger one.
func TestBlockGrowsWithTheLoad(t *testing.T) {
	q := &query{from: &blocks{}}
	ping := []byte("PING\r\n")
	small := receive(t, q, bytes.Repeat(ping, 100), func(room int) int { return min(room, 600) })
	if len(small) != 100 || len(q.cur.b) != blockBytes {
		t.Fatalf("%d commands, a block of %d bytes", len(small), len(q.cur.b))
	}
	receive(t, q, bytes.Repeat(ping, 20_000), func(room int) int { return room })
	if len(q.cur.b) != bigBlock {
		t.Fatalf("a block of %d bytes after reads that filled it", len(q.cur.b))
	}
}
