package command

// The words that string commands record.
var (
	keepttlWord = []byte("KEEPTTL")
	persistWord = []byte("PERSIST")
)
