package command

import "github.com/ringer-kv/ringer/keyspace"

// Table is every command there is, for keyspace.Options. One line per command.
func Table() []*keyspace.Spec {
	return []*keyspace.Spec{
		// connection.go
	}
}
