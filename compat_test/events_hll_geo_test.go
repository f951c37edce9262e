package compat_test

import "testing"

// TestHyperLogLogAndGeoEvents compares the keyspace events of the two families, and what their
// commands do to clients that watch a key. A message to "end" shows that no event was left out.
func TestHyperLogLogAndGeoEvents(t *testing.T) { runClientCases(t, hllGeoEventCases) }

var hllGeoEventCases = []scripted{
	{"events of HyperLogLogs", `
		w CONFIG SET notify-keyspace-events EAnm
		a PSUBSCRIBE *
		b PFADD k
		a ?
		a ?
		b PFADD k a b c
		a ?
		b PFADD k a
		b PFCOUNT k
		b PFCOUNT k
		b PFCOUNT none
		a ?
		b PFMERGE d k none
		a ?
		a ?
		a ?
		a ?
		b PFDEBUG TODENSE k
		b PFDEBUG GETREG d
		w PUBLISH end x
		a ?
		w CONFIG SET notify-keyspace-events ""`},
	{"events of places", `
		w CONFIG SET notify-keyspace-events EAn
		a PSUBSCRIBE *
		b GEOADD g 1 2 a 3 4 b
		a ?
		a ?
		b GEOADD g 1 2 a
		b GEOADD g XX CH 1 3 a
		a ?
		b GEOSEARCH g FROMMEMBER a BYRADIUS 1 m
		b GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 m
		a ?
		a ?
		b GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 9999 km STOREDIST
		a ?
		b GEORADIUS g 1 2 9999 km STORE d
		a ?
		b GEORADIUS g 80 80 1 m STORE d
		a ?
		b GEORADIUS g 80 80 1 m STORE d
		b GEORADIUSBYMEMBER none x 1 m STORE g
		a ?
		b GEOSEARCHSTORE g none FROMMEMBER a BYRADIUS 1 m
		w PUBLISH end x
		a ?
		w CONFIG SET notify-keyspace-events ""`},
	{"PFCOUNT is a write to who watches, when it counts", `
		b PFADD k a b
		a WATCH k
		b PFCOUNT k
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b PFCOUNT k
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b PFADD k a
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b PFADD k new
		a MULTI
		a PFCOUNT k
		a EXEC
		a WATCH k
		b PFDEBUG TODENSE k
		a MULTI
		a PING
		a EXEC
		a WATCH k
		b PFMERGE k
		a MULTI
		a PING
		a EXEC
		a WATCH g
		b GEOADD g 1 2 a
		a MULTI
		a PING
		a EXEC
		a WATCH d
		b GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 m
		a MULTI
		a PING
		a EXEC`},
}
