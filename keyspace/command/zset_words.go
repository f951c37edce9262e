package command

// The words that sorted set commands record.
var (
	zpopminWord = []byte("ZPOPMIN")
	zpopmaxWord = []byte("ZPOPMAX")
)
