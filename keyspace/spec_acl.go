package keyspace

// ACLCategory is a set of the categories that ACL rules name.
type ACLCategory uint32

// The ACL categories, in the order of ACL CAT.
const (
	CatKeyspace ACLCategory = 1 << iota
	CatRead
	CatWrite
	CatSet
	CatSortedSet
	CatList
	CatHash
	CatString
	CatBitmap
	CatHyperLogLog
	CatGeo
	CatStream
	CatPubSub
	CatAdmin
	CatFast
	CatSlow
	CatBlocking
	CatDangerous
	CatConnection
	CatTransaction
	CatScripting
)
