package rdb

// Type is the first byte of a value: what it is, and in which form it follows.
type Type byte

// The types that Redis has had. What 7.0 writes is marked; the others are read.
const (
	TypeString           Type = 0 // written
	TypeList             Type = 1
	TypeSet              Type = 2 // written, for a hashtable
	TypeZSet             Type = 3
	TypeHash             Type = 4 // written, for a hashtable
	TypeZSet2            Type = 5 // written, for a skiplist
	TypeHashZipmap       Type = 9
	TypeListZiplist      Type = 10
	TypeSetIntset        Type = 11 // written
	TypeZSetZiplist      Type = 12
	TypeHashZiplist      Type = 13
	TypeListQuicklist    Type = 14
	TypeStream           Type = 15
	TypeHashListpack     Type = 16 // written
	TypeZSetListpack     Type = 17 // written
	TypeListQuicklist2   Type = 18 // written
	TypeStreamListpacks2 Type = 19 // written
	TypeSetListpack      Type = 20 // since version 11
	TypeStreamListpacks3 Type = 21 // since version 11

	// Hashes whose fields have deadlines, since version 12. The first two are those of release
	// candidates of Redis 7.4.
	TypeHashTimedOld    Type = 22
	TypeHashListpackOld Type = 23
	TypeHashTimed       Type = 24 // written
	TypeHashListpackEx  Type = 25 // written
)

// Kind is what a value is, whatever its form.
type Kind uint8

// The kinds. KindNone is that of a type that is unknown, or a module's.
const (
	KindNone Kind = iota
	KindString
	KindList
	KindSet
	KindZSet
	KindHash
	KindStream
)

// Kind is what a value of the type is in a payload or file of the given version.
func (t Type) Kind(version int) Kind {
	switch t {
	case TypeString:
		return KindString
	case TypeList, TypeListZiplist, TypeListQuicklist, TypeListQuicklist2:
		return KindList
	case TypeSet, TypeSetIntset:
		return KindSet
	case TypeZSet, TypeZSet2, TypeZSetZiplist, TypeZSetListpack:
		return KindZSet
	case TypeHash, TypeHashZipmap, TypeHashZiplist, TypeHashListpack:
		return KindHash
	case TypeStream, TypeStreamListpacks2:
		return KindStream
	}
	switch {
	case t == TypeSetListpack && version >= versionSetListpack:
		return KindSet
	case t == TypeStreamListpacks3 && version >= versionSetListpack:
		return KindStream
	case t.timed() && version >= versionTimed:
		return KindHash
	}
	return KindNone
}

// timed reports whether a type is that of hashes whose fields have deadlines.
func (t Type) timed() bool { return t >= TypeHashTimedOld && t <= TypeHashListpackEx }

const (
	// Version is that of what the Encoder writes, and the highest that RESTORE takes: Redis 7.0's.
	// Hashes whose fields have deadlines are the exception, which no 7.0 could read.
	Version = 10

	versionSetListpack = 11 // Redis 7.2
	versionTimed       = 12 // Redis 7.4
)
