package command

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/types/list"
	"github.com/ringer-kv/ringer/types/num"
	"github.com/ringer-kv/ringer/types/stream"
)

// digest is a summary of data by which two servers can be compared: it depends on everything that a
// client can see, and not on encodings or the order of tables. What has no order is combined by
// exclusive or, what has one by hashing the digest again. Redis: xorDigest, mixDigest.
type digest [sha1.Size]byte

// String is the digest in hexadecimal digits.
func (d *digest) String() string { return hex.EncodeToString(d[:]) }

// xor adds something to a digest of things without an order.
func (d *digest) xor(b []byte) {
	for i, c := range sha1.Sum(b) {
		d[i] ^= c
	}
}

// mix adds something to a digest of things in an order.
func (d *digest) mix(b []byte) {
	d.xor(b)
	*d = sha1.Sum(d[:])
}

// number is how types and databases are digested: four bytes, the highest first.
func number(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }

// redisTypes are the numbers of the types in Redis: OBJ_STRING and so on.
var redisTypes = [...]int{
	keyspace.TypeString: 0, keyspace.TypeList: 1, keyspace.TypeSet: 2, keyspace.TypeZSet: 3,
	keyspace.TypeHash: 4, keyspace.TypeStream: 6,
}

// datasetDigest is the digest of all databases. Redis: computeDatasetDigest.
func datasetDigest(e *keyspace.Engine) *digest {
	var all digest
	for i := range e.Databases() {
		db := e.DB(i)
		if db.Len() == 0 {
			continue
		}
		all.mix(number(i))
		db.Each(func(en keyspace.Entry) bool {
			var d digest
			d.mix(en.Key())
			d.value(en)
			all.xor(d[:])
			return true
		})
	}
	return &all
}

// value adds a value, with its deadline. Redis: xorObjectDigest.
func (d *digest) value(e keyspace.Entry) {
	d.mix(number(redisTypes[e.Type()]))
	switch e.Type() {
	case keyspace.TypeString:
		d.mix(e.StringBytes())
	case keyspace.TypeList:
		l, scratch := e.List(), [20]byte{}
		for it := l.Iter(0, l.Len(), list.Tail); it.Next(); {
			d.mix(it.Value(scratch[:]))
		}
	case keyspace.TypeSet:
		s := e.Set()
		s.Each(func(member []byte) bool { d.xor(member); return true })
	case keyspace.TypeZSet:
		d.sortedSet(e)
	case keyspace.TypeHash:
		d.hash(e)
	case keyspace.TypeStream:
		d.stream(e)
	}
	if _, mortal := e.Deadline(); mortal {
		d.xor([]byte("!!expire!!"))
	}
}

func (d *digest) sortedSet(e keyspace.Entry) {
	var scratch, digits [32]byte
	s := e.SortedSet()
	for it := s.Iter(s.Window(0, s.Len()), false); it.Next(); {
		var element digest
		element.mix(it.Member(scratch[:]))
		element.mix(num.AppendFloat17(digits[:0], it.Score()))
		d.xor(element[:])
	}
}

// hash adds a hash. Redis 7.4: a field with a deadline.
func (d *digest) hash(e keyspace.Entry) {
	h := e.Hash()
	h.EachTimed(func(field, value []byte, deadlineMs int64) bool {
		var element digest
		element.mix(field)
		element.mix(value)
		if deadlineMs != 0 {
			element.xor([]byte("!!hexpire!!"))
		}
		d.xor(element[:])
		return true
	})
}

// stream adds the entries of a stream, without its groups. Redis: ids with a dot in the middle.
func (d *digest) stream(e keyspace.Entry) {
	s := e.Stream()
	for it := s.Range(stream.ID{}, stream.MaxID, false); it.Next(); {
		id := it.ID()
		text := append(strconv.AppendUint(nil, id.Ms, 10), '.')
		d.mix(strconv.AppendUint(text, id.Seq, 10))
		for range it.Fields() {
			field, value := it.Pair()
			d.mix(field)
			d.mix(value)
		}
	}
}
