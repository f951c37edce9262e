package command_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/ringer-kv/ringer/keyspace/rdb"
)

func TestGenericRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"MSET a 1 b 2", "="},
		{"RENAME a a", ""},
		{"RENAME a a2", "="},
		{"RENAMENX a2 b", ""},
		{"RENAMENX a2 a3", "="},
		{"TOUCH a3 b", ""},
		{"MOVE b 1", "="},
		{"MOVE b 1", ""},
		{"COPY a3 a4", "="},
		{"COPY a3 a4", ""},
		{"COPY a3 a4 REPLACE", "="},
		{"COPY a3 b2 DB 2", "="},
		{"SWAPDB 0 3", "="},
		{"SWAPDB 0 0", "="},
		{"RANDOMKEY", ""},
		{"OBJECT ENCODING a3", ""},
	})
}

func TestRestoreRecords(t *testing.T) {
	value := []byte("\x00\x01v\x09\x00") // of version 9, whose payload has no line end
	raw := string(binary.LittleEndian.AppendUint64(value, rdb.Checksum(0, value)))
	payload := `"`
	for _, b := range []byte(raw) {
		payload += fmt.Sprintf(`\x%02x`, b)
	}
	payload += `"`
	testRecords(t, []recordCase{
		{"DUMP none", ""},
		{"RESTORE a 0 " + payload, "RESTORE a 0 " + raw},
		{"RESTORE a 0 " + payload, ""},
		{
			"RESTORE a 4102444800123 " + payload + " ABSTTL REPLACE",
			"RESTORE a 4102444800123 " + raw + " ABSTTL REPLACE",
		},
		{
			"RESTORE a 5000 " + payload + " REPLACE IDLETIME 7",
			"RESTORE a 1700000005000 " + raw + " REPLACE IDLETIME 7 ABSTTL",
		},
		{"RESTORE a 1 " + payload + " ABSTTL REPLACE", "DEL a"},
		{"RESTORE a 1 " + payload + " ABSTTL REPLACE", ""},
	})
}
