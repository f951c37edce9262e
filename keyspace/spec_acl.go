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

// categoryNames are the categories as ACL CAT shows them, the first one's name first.
var categoryNames = [...]string{
	"keyspace", "read", "write", "set", "sortedset", "list", "hash", "string", "bitmap",
	"hyperloglog", "geo", "stream", "pubsub", "admin", "fast", "slow", "blocking", "dangerous",
	"connection", "transaction", "scripting",
}

// Names are the categories in the order of ACL CAT, without the @ of the rules.
func (c ACLCategory) Names() []string { return namesOf(uint32(c), categoryNames[:]) }

// ParseCategory finds a category by its name in lower case, without the @.
func ParseCategory(name string) (c ACLCategory, ok bool) {
	for i, known := range categoryNames {
		if known == name {
			return 1 << i, true
		}
	}
	return 0, false
}

// groupCategory is the category that all commands of a group have. The groups that are missing
// (server, pubsub, cluster) have none in common. A generic command is about the keyspace unless
// it says what else it is about: SORT, WAIT.
func groupCategory(g Group) ACLCategory {
	switch g {
	case String:
		return CatString
	case List:
		return CatList
	case SetGroup:
		return CatSet
	case SortedSet:
		return CatSortedSet
	case HashGroup:
		return CatHash
	case StreamGroup:
		return CatStream
	case Bitmap:
		return CatBitmap
	case HyperLogLog:
		return CatHyperLogLog
	case Geo:
		return CatGeo
	case Transactions:
		return CatTransaction
	case Connection:
		return CatConnection
	case Scripting:
		return CatScripting
	case Generic:
		return CatKeyspace
	}
	return 0
}

// Categories are all ACL categories of the command: those that its flags and group imply and
// those that its Spec adds. A container has no group's category: it does nothing itself.
// Redis: setImplicitACLCategories, and the acl_categories of its command files.
func (s *Spec) Categories() ACLCategory {
	c := s.ACL
	if len(s.Sub) == 0 && (s.Group != Generic || s.ACL&^CatDangerous == 0) {
		c |= groupCategory(s.Group)
	}
	implied := [...]struct {
		flag Flags
		cat  ACLCategory
	}{
		{Write, CatWrite}, {Admin, CatAdmin | CatDangerous}, {PubSub, CatPubSub},
		{Fast, CatFast}, {Blocking, CatBlocking},
	}
	for _, i := range implied {
		if s.Flags&i.flag != 0 {
			c |= i.cat
		}
	}
	if s.Flags&ReadOnly != 0 && s.Group != Scripting {
		c |= CatRead
	}
	if s.Flags&Fast == 0 {
		c |= CatSlow
	}
	return c
}
