package keyspace

import (
	"slices"
	"strings"

	"github.com/ringer-kv/ringer/types/num"
)

// KeySpec says where keys stand among the arguments of a command: how to find the place where
// they begin, and how to go on from there. A command has one for each group of keys that it treats
// alike. It is what COMMAND INFO shows under "key specifications".
//
//	ZADD key ...                    begin at index 1, range of 1
//	MSET key value key value        begin at index 1, range to the last argument, every second
//	ZUNIONSTORE dest numkeys key..  one spec for dest; begin at index 2, the number, then the keys
//	XREAD ... STREAMS key key id id begin behind the word STREAMS, range over the first half
//
// Owned by the keyspace goroutine.
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

// keyFlagNames are the key flags as COMMAND INFO shows them, the first one's name first.
var keyFlagNames = [...]string{
	"OW", "RO", "RW", "RM", "access", "update", "insert", "delete", "not_key", "incomplete",
	"variable_flags",
}

// Names are the flags that are set, as COMMAND INFO shows them.
func (f KeyFlags) Names() []string { return namesOf(uint32(f), keyFlagNames[:]) }

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
//
// Owned by the keyspace goroutine.
type KeyRef struct {
	Index int // in args
	Flags KeyFlags
}

// Noted gives key specs a note, which COMMAND INFO shows.
func Noted(note string, specs []KeySpec) []KeySpec {
	noted := slices.Clone(specs)
	for i := range noted {
		noted[i].Notes = note
	}
	return noted
}

// KeyPositions are the first key, the last key and the step between keys, as far as these three
// numbers can tell, and whether they can't tell everything. Redis: populateCommandLegacyRangeSpec.
func (s *Spec) KeyPositions() (first, last, step int, movable bool) {
	if len(s.Keys) == 1 && s.Keys[0].plain() {
		k := &s.Keys[0]
		return k.Index, k.lastIndex(), k.Step, k.Flags&Incomplete != 0
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		follows := last == 0 || last == k.Index-1
		if !k.plain() || k.Step != 1 || !follows {
			movable = true // and these three numbers leave it out
			continue
		}
		movable = movable || k.Flags&Incomplete != 0
		if first == 0 {
			first, step = k.Index, 1
		}
		last = k.lastIndex()
	}
	return first, last, step, movable
}

// plain reports whether the spec is a range from a fixed argument.
func (k *KeySpec) plain() bool {
	return k.Keyword == "" && !k.UnknownBegin && k.Find == FindRange
}

// lastIndex is the last key of a plain spec, negative if it is counted from the end.
func (k *KeySpec) lastIndex() int {
	if k.Last >= 0 {
		return k.Index + k.Last
	}
	return k.Last
}

// HasKeys reports whether the command can have keys at all. Redis: doesCommandHaveKeys.
func (s *Spec) HasKeys() bool {
	return s.GetKeys != nil || slices.ContainsFunc(s.Keys, func(k KeySpec) bool {
		return k.Flags&NotKey == 0
	})
}

// KeysOf are the keys among the arguments of a call whose arity is right; false if they can't be
// found, as the arguments make no sense. Redis: getKeysFromCommandWithSpecs.
func (s *Spec) KeysOf(args [][]byte) (keys []KeyRef, ok bool) {
	return s.appendKeys(nil, args)
}

// appendKeys appends what KeysOf finds.
func (s *Spec) appendKeys(keys []KeyRef, args [][]byte) ([]KeyRef, bool) {
	before, ok := len(keys), false
	if s.GetKeys != nil && slices.ContainsFunc(s.Keys, KeySpec.vague) {
		keys = append(keys, s.GetKeys(args)...)
		return keys, len(keys) > before
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		if k.Flags&NotKey != 0 {
			continue
		}
		if keys, ok = k.find(args, keys); ok {
			continue
		}
		keys = keys[:before]
		if s.GetKeys != nil {
			keys = append(keys, s.GetKeys(args)...)
		} else if k.Find == FindKeyNum {
			keys = s.appendCounted(keys, i, args)
		}
		return keys, len(keys) > before
	}
	return keys, len(keys) > before
}

// appendCounted appends keys whose number is no integer that would do, but begins as one, and
// behind them the key that the result is stored at. They are known without their flags. Redis:
// genericGetKeys.
func (s *Spec) appendCounted(keys []KeyRef, spec int, args [][]byte) []KeyRef {
	at := s.Keys[spec].Index
	n, first := num.Atoi(args[at]), at+1
	if n < 1 || n > len(args)-first {
		return keys
	}
	for i := range n {
		keys = append(keys, KeyRef{Index: first + i})
	}
	if spec > 0 {
		keys = append(keys, KeyRef{Index: s.Keys[0].Index})
	}
	return keys
}

// vague reports whether GetKeys knows better.
func (k KeySpec) vague() bool { return k.Flags&(VariableFlags|Incomplete) != 0 }

// find appends the keys that the spec finds; false if the arguments make no sense.
func (k *KeySpec) find(args [][]byte, keys []KeyRef) ([]KeyRef, bool) {
	from, ok := k.begin(args)
	if !ok || from == 0 {
		return keys, ok
	}
	first, last, step := from, 0, k.Step
	switch k.Find {
	case FindRange:
		last = k.rangeEnd(from, len(args))
	case FindKeyNum:
		if from+k.NumIndex >= len(args) {
			return keys, false
		}
		n, ok := num.ParseInt(args[from+k.NumIndex])
		if !ok || n < 0 {
			return keys, false
		}
		first = from + k.First
		last = first + (int(int32(n))-1)*step // Redis: numkeys is an int here
	case FindUnknown:
		return keys, false
	}
	if last >= len(args) || last < first {
		return keys, false // Redis: no keys at all, as by numkeys 0, is an error here too
	}
	for i := first; i <= last; i += step {
		keys = append(keys, KeyRef{Index: i, Flags: k.Flags})
	}
	return keys, true
}

// begin is the argument where the keys begin; 0 if the keyword is missing.
func (k *KeySpec) begin(args [][]byte) (at int, ok bool) {
	if k.UnknownBegin {
		return 0, false
	}
	if k.Keyword == "" {
		return k.Index, k.Index < len(args)
	}
	from, to, way := k.Index, len(args)-1, 1
	if k.Index < 0 {
		from, to, way = len(args)+k.Index, 1, -1
	}
	for i := from; i != to; i += way {
		if i >= len(args) || i < 1 {
			break
		}
		if strings.EqualFold(string(args[i]), k.Keyword) {
			return i + 1, true
		}
	}
	return 0, true
}

// rangeEnd is the last argument of a range that begins at from.
func (k *KeySpec) rangeEnd(from, argc int) int {
	switch {
	case k.Last >= 0:
		return from + k.Last
	case k.Limit <= 1:
		return argc + k.Last
	}
	return from + (argc-from)/k.Limit + k.Last
}
