package reply

// Writer appends the replies of one session in the session's protocol. RESP (protocol 2 and 3)
// is here; the native frames are in package binproto. A command sees only this interface.
//
// Owned by the keyspace goroutine.
type Writer interface {
	// Proto is the protocol version that decides which shape a command replies in: 2 or 3. The
	// native protocol has the shapes of 2, with doubles as doubles.
	Proto() int
	// SetProto switches between RESP2 and RESP3 (HELLO); the native protocol has no versions.
	SetProto(version int)

	// Encoding is how replies are encoded: the same for all writers that make the same bytes.
	Encoding() Encoding
	// Fresh is an empty writer with the same encoding.
	Fresh() Writer

	// Begin and End stand around everything that answers one command; a protocol with frames
	// opens and closes one. A push outside of a command stands between BeginPush and End.
	Begin()
	BeginPush(n int)
	End()

	Status(s string)
	Error(e Error)
	Int(n int64)
	Double(f float64)
	// HumanDouble is a double with at most 17 digits behind the point, and never an exponent.
	HumanDouble(f float64)
	Bool(b bool)
	BigNumber(digits string)
	// Verbatim is a text with a three-letter format: "txt" or "mkd".
	Verbatim(format, text string)
	Bulk(b []byte)
	BulkString(s string)
	Null()
	// NullArray is Redis's other null, *-1 in RESP2: an absent aggregate (EXEC, BLPOP, ZRANK).
	NullArray()

	// The aggregates announce n elements, Map n pairs, that follow.
	Array(n int)
	Set(n int)
	Map(pairs int)
	// DeferArray starts an array whose length is not known yet; Resolve sets it. O(bytes since).
	DeferArray() Mark
	DeferSet() Mark
	DeferMap() Mark
	Resolve(m Mark, n int)

	// Replying reports whether anything has been appended since Begin.
	Replying() bool
	// Append appends a push that a writer with the same encoding has made, as a whole.
	Append(push []byte)

	// Len is the number of bytes appended since the last Take; Truncate drops what is beyond n.
	Len() int
	Truncate(n int)
	// Take returns the appended bytes and leaves the writer without a buffer; Give hands it one
	// to append to. A writer without a buffer allocates one when it must.
	Take() []byte
	Give(buf []byte)
}

// AttributeWriter is a Writer whose protocol has attributes: pairs about the value that follows
// them, which clients that do not know them pass over.
//
// Owned by the keyspace goroutine.
type AttributeWriter interface {
	Writer
	Attribute(pairs int)
}

// Encoding is a way to encode replies.
type Encoding uint8

// The encodings.
const (
	RESP2 Encoding = iota
	RESP3
	Native
	Encodings // how many there are
)

// Mark is the place of a deferred aggregate header.
//
// Owned by the keyspace goroutine.
type Mark struct {
	at   int
	kind byte
}

// MarkAt makes a Mark for an implementation in another package.
func MarkAt(at int, kind byte) Mark { return Mark{at: at, kind: kind} }

// At is the byte position of the header.
func (m Mark) At() int { return m.at }

// Kind is the aggregate: '*', '~' or '%'.
func (m Mark) Kind() byte { return m.kind }
