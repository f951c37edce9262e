package command

// The words that commands record in the deterministic form of a write. They are never changed.
var (
	setWord       = []byte("SET")
	pxatWord      = []byte("PXAT")
	delWord       = []byte("DEL")
	pexpireatWord = []byte("PEXPIREAT")
	lpopWord      = []byte("LPOP")
	rpopWord      = []byte("RPOP")
	lmoveWord     = []byte("LMOVE")
	rpoplpushWord = []byte("RPOPLPUSH")
	sremWord      = []byte("SREM")
	hsetWord      = []byte("HSET")
	hdelWord      = []byte("HDEL")
	fieldsWord    = []byte("FIELDS")
	oneWord       = []byte("1")

	hpexpireatWord = []byte("HPEXPIREAT")
)
