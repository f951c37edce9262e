package keyspace

import "strings"

// Config is the settings of a server as the code reads them: one field per parameter that has a
// meaning here. Parameters that are only kept for CONFIG GET lie in kept.
//
// Owned by the keyspace goroutine.
type Config struct {
	Databases              int
	MaxClients             int
	ProtoMaxBulkLen        int64 // bytes
	ClientQueryBufferLimit int64 // bytes
	RequirePass            string
	ProtectedMode          bool
	EnableDebugCommand     string // no, yes or local
	ZsetMaxListpackEntries int
	ZsetMaxListpackValue   int // bytes

	// ActiveExpire is no parameter: DEBUG SET-ACTIVE-EXPIRE turns it off.
	ActiveExpire bool
}

// NewConfig is the configuration that a server has without a file or options.
func NewConfig() *Config {
	return &Config{
		Databases: 16, MaxClients: 10000, ProtoMaxBulkLen: 512 << 20,
		ClientQueryBufferLimit: 1 << 30, ProtectedMode: true, EnableDebugCommand: "no",
		ZsetMaxListpackEntries: 128, ZsetMaxListpackValue: 64, ActiveExpire: true,
	}
}

// protectedAllowed reports whether a session may use a Protected command.
// Redis: allowProtectedAction.
func (c *Config) protectedAllowed(name string, s *Session) bool {
	setting := "no" // MODULE
	if name == "debug" {
		setting = c.EnableDebugCommand
	}
	return setting == "yes" || setting == "local" && s.info.local()
}

// local reports whether the peer is on this machine. Redis: islocalClient, which knows no other
// loopback address than these.
func (i *ConnInfo) local() bool {
	return i.Unix || strings.HasPrefix(i.RemoteAddr, "127.0.0.1:") ||
		strings.HasPrefix(i.RemoteAddr, "[::1]:")
}
