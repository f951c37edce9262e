package command

import (
	"encoding/binary"
	"math"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/hll"
)

var pfdebugSpec = keyspace.Spec{
	Name: "pfdebug", Group: keyspace.HyperLogLog, Since: "2.8.9", Arity: 3, Syscmd: true,
	Syntax:     "subcommand{:string} key",
	Flags:      keyspace.Write | keyspace.DenyOOM | keyspace.Admin,
	Keys:       keyspace.KeyAt(2, keyspace.RW|keyspace.Access),
	Summary:    "Internal commands for debugging HyperLogLog values",
	Complexity: "N/A",
	Run:        pfdebugCommand,
}

func pfdebugCommand(c *keyspace.Ctx) {
	e := c.DB.LookupWrite(c.Args[2])
	switch {
	case !e.Found():
		c.Error(reply.ErrNoSpecifiedKey)
		return
	case !checkHLL(c, e):
		return
	}
	e, value := unshareString(c, e)
	switch sub := c.Args[1]; {
	case equalFold(sub, "GETREG"):
		getRegisters(c, e)
	case equalFold(sub, "DECODE"):
		if hll.Dense(value) {
			c.Error(reply.ErrHLLNotSparse)
		} else {
			c.Reply.Bulk(hll.AppendOpcodes(nil, value))
		}
	case equalFold(sub, "ENCODING"):
		if hll.Dense(value) {
			c.Reply.Status("dense")
		} else {
			c.Reply.Status("sparse")
		}
	case equalFold(sub, "TODENSE"):
		if _, converted, ok := makeDense(c, e); ok {
			replyBit(c, converted)
		}
	default:
		c.Error(reply.UnknownPFDebug(sub))
	}
}

// makeDense makes a HyperLogLog dense, and tells whether it was sparse. It replies with an error if
// that can't be done.
//
// Redis: server.dirty alone counts, as the registers stay what they are.
func makeDense(c *keyspace.Ctx, e keyspace.Entry) (value []byte, converted, ok bool) {
	value = e.StringBytes()
	if hll.Dense(value) {
		return value, false, true
	}
	if len(value) > hll.MaxBytes {
		c.Error(reply.ErrCorruptHLL)
		return nil, false, false
	}
	var room [hll.DenseBytes]byte
	b, err := hll.ToDense(append(room[:0], value...))
	if err != nil {
		c.Error(reply.ErrCorruptHLL)
		return nil, false, false
	}
	c.Dirty(1)
	return c.DB.PutString(e, keyspace.EncRaw, b, true).StringBytes(), true, true
}

// getRegisters replies with all registers of a HyperLogLog, which becomes dense.
func getRegisters(c *keyspace.Ctx, e keyspace.Entry) {
	value, _, ok := makeDense(c, e)
	if !ok {
		return
	}
	var all hll.Array
	if err := all.Merge(value); err != nil {
		panic("command: " + err.Error())
	}
	c.Reply.Array(hll.Registers)
	all.Each(func(value byte) { c.Reply.Int(int64(value)) })
}

var pfselftestSpec = keyspace.Spec{
	Name: "pfselftest", Group: keyspace.HyperLogLog, Since: "2.8.9", Arity: 1, Syscmd: true,
	Flags: keyspace.Admin, Summary: "An internal command for testing HyperLogLog values",
	Complexity: "N/A",
	Run:        pfselftestCommand,
}

// The test is cut short, so that others do not wait: Redis goes through 1000 rounds of registers
// and 10 million elements, and stands still for seconds.
const (
	selfTestRounds   = 10
	selfTestElements = 100_000
)

func pfselftestCommand(c *keyspace.Ctx) {
	err := testRegisters(c)
	if err == "" {
		err = testEstimates(c)
	}
	if err != "" {
		c.Error(err)
		return
	}
	c.OK()
}

// testRegisters writes random values to all registers and reads them back.
func testRegisters(c *keyspace.Ctx) reply.Error {
	for range selfTestRounds {
		b, err := hll.ToDense(hll.New(nil))
		if err != nil {
			return reply.ErrCorruptHLL
		}
		var want [hll.Registers]byte
		for i := range want {
			want[i] = byte(c.Rand.IntN(hll.MaxValue + 1))
			b, _, _ = hll.Set(b, i, want[i], 0)
		}
		var all hll.Array
		all.Merge(b)
		wrong, i := reply.Error(""), 0
		all.Each(func(got byte) {
			if got != want[i] && wrong == "" {
				wrong = reply.SelfTestRegister(i, want[i], got)
			}
			i++
		})
		if wrong != "" {
			return wrong
		}
	}
	return ""
}

// testEstimates adds different elements to a sparse one and to a dense one, and compares what they
// count with each other, and with the truth at the powers of ten.
func testEstimates(c *keyspace.Ctx) reply.Error {
	maxSparseBytes := c.Engine.HLLSparseMaxBytes()
	sparse := hll.New(nil)
	dense, err := hll.ToDense(hll.New(nil))
	if err != nil {
		return reply.ErrCorruptHLL
	}
	seed := c.Rand.Uint64()
	next := uint64(1)
	for n := uint64(1); n <= selfTestElements; n++ {
		var element [8]byte
		binary.LittleEndian.PutUint64(element[:], n^seed)
		index, value := hll.Place(element[:])
		dense, _, _ = hll.Set(dense, index, value, 0)
		if sparse, _, err = hll.Set(sparse, index, value, maxSparseBytes); err != nil {
			return reply.ErrCorruptHLL
		}
		if n != next {
			continue
		}
		next *= 10
		if n < uint64(maxSparseBytes/2) && hll.Dense(sparse) {
			return reply.ErrSelfTestDense
		}
		counted, _ := hll.Count(dense)
		if other, err := hll.Count(sparse); err != nil || other != counted {
			return reply.ErrSelfTestDiffer
		}
		if d := max(counted, n) - min(counted, n); d > tolerance(n) {
			return reply.SelfTestError(n, d)
		}
	}
	return ""
}

// tolerance is how far the count of n elements may be off: six times the standard error. Redis: of
// ten elements two at the same place are nothing unusual.
func tolerance(n uint64) uint64 {
	const standardError = 1.04 / 128
	if n == 10 {
		return 1
	}
	return uint64(math.Ceil(standardError * 6 * float64(n)))
}
