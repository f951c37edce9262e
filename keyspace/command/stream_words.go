package command

// The words that stream commands record.
var (
	xaddWord           = []byte("XADD")
	xtrimWord          = []byte("XTRIM")
	maxlenWord         = []byte("MAXLEN")
	minidWord          = []byte("MINID")
	exactWord          = []byte("=")
	xclaimWord         = []byte("XCLAIM")
	zeroWord           = []byte("0")
	timeWord           = []byte("TIME")
	retrycountWord     = []byte("RETRYCOUNT")
	forceWord          = []byte("FORCE")
	justidWord         = []byte("JUSTID")
	lastidWord         = []byte("LASTID")
	xgroupWord         = []byte("XGROUP")
	setidWord          = []byte("SETID")
	entriesreadWord    = []byte("ENTRIESREAD")
	createconsumerWord = []byte("CREATECONSUMER")
	xackWord           = []byte("XACK")
)
