package reply

import "strconv"

// The texts of servers that are not alone, or not ready: a test double answers with them, and
// clients act on their first word.
const (
	ErrLoading     Error = "LOADING Redis is loading the dataset in memory"
	ErrReadOnly    Error = "READONLY You can't write against a read only replica."
	ErrClusterDown Error = "CLUSTERDOWN The cluster is down"
	ErrTryAgain    Error = "TRYAGAIN Multiple keys request during rehashing of slot"
	ErrMasterDown  Error = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is" +
		" set to 'no'."
	ErrCrossSlot       Error = "CROSSSLOT Keys in request don't hash to the same slot"
	ErrInvalidSlot     Error = "ERR Invalid slot"
	ErrNoSuchMaster    Error = "ERR No such master with that name"
	ErrInvalidKeyCount Error = "ERR Invalid slot or number of keys"
)

// NotInCluster refuses a command that is about databases: the node of a cluster has one.
func NotInCluster(name string) Error {
	return Error("ERR " + name + " is not allowed in cluster mode")
}

// Moved sends the client to the node that has the slot.
func Moved(slot int, addr string) Error {
	return Error("MOVED " + strconv.Itoa(slot) + " " + addr)
}

// Ask sends the client to another node for this command only.
func Ask(slot int, addr string) Error {
	return Error("ASK " + strconv.Itoa(slot) + " " + addr)
}
