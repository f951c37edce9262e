package keyspace

// KeySpec says where keys stand among the arguments of a command: how to find the place where
// they begin, and how to go on from there. A command has one for each group of keys that it treats
// alike. It is what COMMAND INFO shows under "key specifications".
//
//	ZADD key ...                    begin at index 1, range of 1
//	MSET key value key value        begin at index 1, range to the last argument, every second
//	ZUNIONSTORE dest numkeys key..  one spec for dest; begin at index 2, the number, then the keys
//	XREAD ... STREAMS key key id id begin behind the word STREAMS, range over the first half
type KeySpec struct {
	Notes string
	Flags KeyFlags

	// The keys begin at argument Index, or, if Keyword is set, behind that word, which is looked
	// for from argument Index on (from the end, backwards, if it is negative).
	Keyword string
	Index   int
	// UnknownBegin says that only GetKeys knows.
	UnknownBegin bool

	Find KeyFind
	// For FindRange: Last is the last key counted from the first, or from the last argument if it
	// is negative (-1 the last argument itself); Limit 2 means half of the arguments, and so on.
	// For FindKeyNum: the number stands NumIndex behind the begin, the first key First behind it.
	Last, Step, Limit int
	NumIndex, First   int
}

// KeyFind is how the keys of a KeySpec go on.
type KeyFind uint8

// How keys are found from where they begin.
const (
	FindRange KeyFind = iota
	FindKeyNum
	FindUnknown
)

// KeyFlags say what a command does with a key: one of RO, RW, OW, RM for the value as a whole,
// and any of Access, Update, Insert, Delete for the data in it.
type KeyFlags uint16

// The key flags, in the order in which COMMAND INFO shows them.
const (
	OW            KeyFlags = 1 << iota // overwrites, whatever was there
	RO                                 // reads
	RW                                 // reads and writes
	RM                                 // removes
	Access                             // returns or copies data of the user
	Update                             // changes data
	Insert                             // adds data, changes none
	Delete                             // deletes data from within
	NotKey                             // is no key, but is routed like one (a shard channel)
	Incomplete                         // there are keys that the spec does not find
	VariableFlags                      // GetKeys knows better than these flags
)

// KeyAt is one key at an argument.
func KeyAt(index int, flags KeyFlags) []KeySpec {
	return []KeySpec{{Flags: flags, Index: index, Step: 1}}
}

// KeyRange is keys from one argument to another, the last one counted from the end if it is
// negative, in steps.
func KeyRange(first, last, step int, flags KeyFlags) []KeySpec {
	if last >= 0 {
		last -= first
	}
	return []KeySpec{{Flags: flags, Index: first, Last: last, Step: step}}
}

// KeyNum is the number of keys at an argument, and the keys behind it.
func KeyNum(index int, flags KeyFlags) []KeySpec {
	return []KeySpec{{Flags: flags, Index: index, Find: FindKeyNum, First: 1, Step: 1}}
}

// KeyRef is one key among the arguments of a call.
type KeyRef struct {
	Index int // in args
	Flags KeyFlags
}
