package command_test

import "testing"

func TestGeoRecords(t *testing.T) {
	testRecords(t, []recordCase{
		{"GEOADD g 1 2 a 3 4 b", "="},
		{"GEOADD g 1 2 a", ""},
		{"GEOADD g XX 1 2 c", ""},
		{"GEOADD g CH 1 3 a", "="},
		{"GEOSEARCH g FROMMEMBER a BYRADIUS 1 m", ""},
		{"GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1000 km", "="},
		{"GEOSEARCHSTORE d g FROMLONLAT 80 80 BYRADIUS 1 m", "="},
		{"GEOSEARCHSTORE d g FROMLONLAT 80 80 BYRADIUS 1 m", ""},
		{"GEORADIUS g 1 2 1000 km", ""},
		{"GEORADIUS g 1 2 1000 km STOREDIST d", "="},
		{"GEORADIUSBYMEMBER none a 1 m STORE d", "="},
		{"GEORADIUSBYMEMBER none a 1 m STORE d", ""},
	})
}
