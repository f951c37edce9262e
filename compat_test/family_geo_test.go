package compat_test

import (
	"strconv"
	"testing"
)

func TestGeoFamily(t *testing.T) { runTable(t, geoCases) }

// TestRandomGeoFamily holds random scripts of the family against the real server: with small sets
// that are listpacks, and with large ones.
func TestRandomGeoFamily(t *testing.T) {
	runRandom(t, family{"geo", geoFamily(12, 40), 500})
	runRandom(t, family{"geo large", geoFamily(60, 2000), 500})
}

// somePlaces is what most cases work on.
const somePlaces = `
		GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania 13.583333 37.316667 Agrigento
		GEOADD e 179.9 10 east -179.9 10 west 180 10 line -180 10 line2 179.99 -10 south 0 0 null
		GEOADD p 0 85.05112878 top 90 85 a 180 85 b -90 84.9 c 0 -85.05112878 bottom 120 -85 d
		GEOADD same 10 10 a 10 10 b 10 10 c 10 10 d 10.5 10 f 10 10 e 9.5 10 g
		SET s v
`

var geoCases = []scripted{
	{"GEOADD", `
		GEOADD
		GEOADD g
		GEOADD g 1 2
		GEOADD g 1 2 a
		GEOADD g 1 2 a
		GEOADD g 1 3 a
		GEOADD g CH 1 4 a 2 2 b
		GEOADD g NX 5 5 a 3 3 c
		GEOADD g XX 5 5 a 4 4 d
		GEOADD g XX CH 6 5 a 4 4 d
		geoadd g nx ch 6 6 a 6 6 z
		GEOADD none XX 1 2 a
		EXISTS none
		ZRANGE g 0 -1 WITHSCORES
		OBJECT ENCODING g
		TYPE g
		GEOADD g 1 2 "" 3 4 "\x00\xff" 5 6 12
		GEOPOS g "" "\x00\xff" 12
		GEOADD g 180 85.05112878 max -180 -85.05112878 min 180 0 east 0 85.05112878 north
		ZRANGE g 0 -1 WITHSCORES
		GEOPOS g max min east north
		GEOHASH g max min east north a b`},
	{"GEOADD, refused", `
		GEOADD g 1 2 a 3
		GEOADD g 1 2 a 3 4
		GEOADD g NX XX 1 2 a
		GEOADD g NX XX
		GEOADD g NX CH XX
		GEOADD g NX CH XX 1
		GEOADD g NX CH CH CH
		GEOADD g NX 1 2
		GEOADD g FOO 1 2 a
		GEOADD g 1 2 a NX 3 4
		GEOADD g x 2 a
		GEOADD g 1 x a
		GEOADD g "" 2 a
		GEOADD g nan 2 a
		GEOADD g inf 2 a
		GEOADD g 1 -inf a
		GEOADD g 180.0001 2 a
		GEOADD g -181 2 a
		GEOADD g 1 85.06 a
		GEOADD g 1 -86 a
		GEOADD g 1e308 -1e308 a
		GEOADD g 1 2 a 200 2 b
		GEOADD g 1 2 a x 2 b
		EXISTS g
		SET s v
		GEOADD s 1 2 a
		GEOADD s x 2 a
		GEOADD s 1 2`},
	{"GEOPOS, GEOHASH and GEODIST", somePlaces + `
		GEOPOS
		GEOPOS g
		GEOPOS g Palermo none Catania
		GEOPOS none
		GEOPOS none a b
		GEOPOS s a
		GEOPOS s
		GEOHASH
		GEOHASH g
		GEOHASH g Palermo none Catania Agrigento
		GEOHASH none a b
		GEOHASH s a
		GEOHASH e east west line line2 south null
		GEOHASH p top a b c bottom d
		GEODIST
		GEODIST g Palermo
		GEODIST g Palermo Catania
		GEODIST g Palermo Catania m
		GEODIST g Palermo Catania KM
		GEODIST g Palermo Catania Ft
		GEODIST g Palermo Catania mi
		GEODIST g Palermo Catania x
		GEODIST g Palermo Catania ""
		GEODIST g Palermo Catania m x
		GEODIST g Palermo Palermo
		GEODIST g Palermo none
		GEODIST g none Palermo
		GEODIST g none none x
		GEODIST none a b
		GEODIST none a b x
		GEODIST s a b
		GEODIST s a b x
		GEODIST e east west
		GEODIST e line line2
		GEODIST e line null km
		GEODIST e south null km
		GEODIST p top bottom
		GEODIST p a b
		GEODIST p a d`},
	{"scores that are no places", `
		ZADD z -1 neg 1e300 big inf inf 4503599627370497 over 1.5 frac 0 zero -inf ninf 1e19 e19
		ZADD z 9007199254740993 odd -1e18 low 18446744073709549568 u 9223372036854775808 h 0.99 f
		GEOPOS z neg big inf over frac zero ninf e19 odd low u h f
		GEOHASH z neg big inf over frac zero ninf e19 odd low u h f
		GEODIST z neg zero
		GEODIST z big inf
		GEODIST z odd h
		GEOSEARCH z FROMLONLAT 0 0 BYRADIUS 50000 km ASC
		GEOSEARCH z FROMMEMBER big BYRADIUS 1 m WITHHASH
		GEOSEARCH z FROMMEMBER neg BYBOX 1 1 m WITHHASH WITHDIST WITHCOORD`},
	{"GEORADIUS", somePlaces + `
		GEORADIUS
		GEORADIUS g 15 37 200
		GEORADIUS g 15 37 200 km
		GEORADIUS g 15 37 200 km ASC
		GEORADIUS g 15 37 200 km desc
		GEORADIUS g 15 37 200 km ASC DESC
		GEORADIUS g 15 37 200 km WITHDIST WITHCOORD WITHHASH ASC
		GEORADIUS g 15 37 200000 m withdist
		GEORADIUS g 15 37 656168 FT WITHCOORD
		GEORADIUS g 15 37 124 mi WITHHASH
		GEORADIUS g 15 37 100 km
		GEORADIUS g 15 37 0 km
		GEORADIUS g 15 37 inf km ASC
		GEORADIUS g 15 37 1e300 mi ASC
		GEORADIUS g 15 37 1e-320 m
		GEORADIUS g 15 37 200 km COUNT 1
		GEORADIUS g 15 37 200 km COUNT 2 DESC
		GEORADIUS g 15 37 200 km COUNT 100
		GEORADIUS g 15 37 200 km COUNT 1 ANY
		GEORADIUS g 15 37 200 km ANY COUNT 2 DESC
		GEORADIUS_RO g 15 37 200 km ASC WITHDIST COUNT 2
		GEORADIUS none 15 37 200 km
		GEORADIUS_RO none 15 37 200 km WITHDIST
		GEORADIUS s 15 37 200 km
		GEORADIUS s x 37 200 km`},
	{"GEORADIUS, refused", somePlaces + `
		GEORADIUS g x 37 200 km
		GEORADIUS g 15 x 200 km
		GEORADIUS g 15 137 200 km
		GEORADIUS g 15 37 x km
		GEORADIUS g 15 37 nan km
		GEORADIUS g 15 37 -1 km
		GEORADIUS g 15 37 -1 x
		GEORADIUS g 15 37 200 x
		GEORADIUS g 15 37 200 km FOO
		GEORADIUS g 15 37 200 km COUNT
		GEORADIUS g 15 37 200 km COUNT 0
		GEORADIUS g 15 37 200 km COUNT -1
		GEORADIUS g 15 37 200 km COUNT x
		GEORADIUS g 15 37 200 km COUNT 9223372036854775808
		GEORADIUS g 15 37 200 km COUNT 9223372036854775807
		GEORADIUS g 15 37 200 km ANY
		GEORADIUS g 15 37 200 km STORE
		GEORADIUS g 15 37 200 km STORE d WITHDIST
		GEORADIUS g 15 37 200 km STOREDIST d WITHHASH
		GEORADIUS g 15 37 200 km WITHCOORD STORE d ANY
		GEORADIUS g 15 37 200 km BYRADIUS 1 m
		GEORADIUS g 15 37 200 km FROMMEMBER Palermo
		GEORADIUS_RO g 15 37 200 km STORE d
		GEORADIUS_RO g 15 37 200 km STOREDIST d
		GEORADIUS none 15 37 200 km FOO
		GEORADIUS none x 37 200 km
		GEORADIUSBYMEMBER g none 200 km
		GEORADIUSBYMEMBER g none x km
		GEORADIUSBYMEMBER g Palermo x km
		GEORADIUSBYMEMBER g Palermo -1 km
		GEORADIUSBYMEMBER g Palermo 1 x
		GEORADIUSBYMEMBER g Palermo 1 km FOO
		GEORADIUSBYMEMBER none Palermo x y
		GEORADIUSBYMEMBER none Palermo x y FOO
		GEORADIUSBYMEMBER none Palermo x y ANY
		GEORADIUSBYMEMBER none Palermo x y STORE d WITHDIST
		GEORADIUSBYMEMBER_RO g Palermo 1 km STORE d
		GEORADIUSBYMEMBER s Palermo 1 km
		EXISTS d`},
	{"GEORADIUSBYMEMBER", somePlaces + `
		GEORADIUSBYMEMBER
		GEORADIUSBYMEMBER g Palermo 1
		GEORADIUSBYMEMBER g Palermo 100 km
		GEORADIUSBYMEMBER g Palermo 200 km ASC WITHDIST
		GEORADIUSBYMEMBER_RO g Agrigento 100 km DESC WITHDIST COUNT 1
		GEORADIUSBYMEMBER_RO none Agrigento 100 km
		GEORADIUSBYMEMBER e east 100 km ASC WITHDIST
		GEORADIUSBYMEMBER e line 100 km
		GEORADIUSBYMEMBER e line2 100 km
		GEORADIUSBYMEMBER e west 10000 km ASC
		GEORADIUSBYMEMBER e west 30000 km
		GEORADIUSBYMEMBER p top 1000 km ASC WITHDIST
		GEORADIUSBYMEMBER p bottom 1000 km
		GEORADIUSBYMEMBER p a 5000 km DESC`},
	{"STORE and STOREDIST", somePlaces + `
		GEORADIUS g 15 37 200 km STORE d
		ZRANGE d 0 -1 WITHSCORES
		OBJECT ENCODING d
		GEORADIUS g 15 37 200 km STOREDIST d
		~nearly ZRANGE d 0 -1 WITHSCORES
		GEORADIUS g 15 37 200 km STORE d STOREDIST f
		EXISTS d f
		GEORADIUS g 15 37 200 km STOREDIST d STORE f COUNT 1
		ZRANGE f 0 -1 WITHSCORES
		GEORADIUSBYMEMBER g Palermo 100 mi STOREDIST f
		~nearly ZRANGE f 0 -1 WITHSCORES
		GEORADIUS g 0 0 1 m STORE f
		EXISTS f
		GEORADIUS g 0 0 1 m STORE f
		GEORADIUS none 0 0 1 m STORE d
		EXISTS d
		GEORADIUSBYMEMBER none a 1 m STORE d
		GEORADIUSBYMEMBER none x y z STOREDIST s
		EXISTS s
		SET t v PXAT 4102444800123
		GEORADIUS g 15 37 200 km STORE t
		TTL t
		TYPE t
		GEORADIUS g 15 37 200 km COUNT 2 STORE g
		ZRANGE g 0 -1 WITHSCORES
		GEORADIUS g 0 0 1 m STORE g
		EXISTS g`},
	{"GEOSEARCH", somePlaces + `
		GEOSEARCH
		GEOSEARCH g FROMMEMBER Palermo BYRADIUS 200
		GEOSEARCH g FROMMEMBER Palermo BYRADIUS 200 km
		GEOSEARCH g BYRADIUS 200 km FROMMEMBER Palermo ASC WITHDIST
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHCOORD WITHDIST WITHHASH
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 10 400 km
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 400 10 km
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 0 0 km
		GEOSEARCH g FROMLONLAT 15 37 BYBOX inf inf km ASC
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 1e300 1 mi
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 300 km COUNT 1 DESC
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 300 km COUNT 2 ANY
		GEOSEARCH g FROMMEMBER Palermo FROMMEMBER Catania BYRADIUS 1 m BYRADIUS 1 km
		GEOSEARCH g FROMLONLAT 1 1 FROMLONLAT 15 37 BYBOX 1 1 m BYBOX 300 400 km
		GEOSEARCH none FROMMEMBER Palermo BYRADIUS 200 km
		GEOSEARCH none FROMLONLAT 15 37 BYBOX 1 1 m WITHDIST
		GEOSEARCH e FROMLONLAT 180 10 BYBOX 100 100 km ASC WITHDIST
		GEOSEARCH e FROMLONLAT -180 10 BYBOX 100 100 km ASC
		GEOSEARCH e FROMLONLAT 179.95 0 BYBOX 100 5000 km DESC
		GEOSEARCH e FROMLONLAT 0 0 BYRADIUS 25000 km ASC WITHDIST
		GEOSEARCH p FROMLONLAT 0 85 BYBOX 3000 1000 km ASC WITHDIST
		GEOSEARCH p FROMLONLAT 0 -85 BYRADIUS 2000 km ASC WITHDIST
		GEOSEARCH p FROMLONLAT 0 0 BYBOX 50000 50000 km
		GEOSEARCH s FROMLONLAT 0 0 BYBOX 50000 50000 km`},
	{"GEOSEARCH, refused", somePlaces + `
		GEOSEARCH g FROMMEMBER Palermo ASC DESC WITHDIST
		geosearch g BYRADIUS 200 km ASC DESC
		GEOSEARCH g ASC DESC ASC DESC ASC
		GEOSEARCH g FROMMEMBER none BYRADIUS 200 km
		GEOSEARCH g FROMMEMBER Palermo FROMLONLAT 15 37 BYRADIUS 200 km
		GEOSEARCH g FROMLONLAT 15 37 FROMMEMBER Palermo BYRADIUS 200 km
		GEOSEARCH g FROMMEMBER Palermo BYRADIUS 200 km BYBOX 1 1 km
		GEOSEARCH g FROMMEMBER Palermo BYBOX 1 1 km BYRADIUS 200 km
		GEOSEARCH g FROMLONLAT 15 x BYRADIUS 200 km
		GEOSEARCH g FROMLONLAT 15 99 BYRADIUS 200 km
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS x km
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS -1 km
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 x
		GEOSEARCH g FROMLONLAT 15 37 BYBOX x y z
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 1 y z
		GEOSEARCH g FROMLONLAT 15 37 BYBOX -1 1 z
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 1 -1 m
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 1 1 z
		GEOSEARCH g FROMLONLAT 15 37 BYBOX 1 1
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km ANY
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km COUNT
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km COUNT 0
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km COUNT x
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km STORE d
		GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 1 km STOREDIST
		GEOSEARCH none FROMMEMBER x BYRADIUS x km
		GEOSEARCH none FROMMEMBER x BYBOX 1 x km
		GEOSEARCH none FROMMEMBER x ASC ASC ASC
		GEOSEARCH none ASC FROMLONLAT x 1 1`},
	{"GEOSEARCHSTORE", somePlaces + `
		GEOSEARCHSTORE
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 200
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYRADIUS 200 km
		ZRANGE d 0 -1 WITHSCORES
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km STOREDIST
		~nearly ZRANGE d 0 -1 WITHSCORES
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km COUNT 1 DESC STOREDIST
		~nearly ZRANGE d 0 -1 WITHSCORES
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km WITHDIST
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km STOREDIST f
		GEOSEARCHSTORE d g FROMMEMBER Palermo BYBOX 400 400 km STORE f
		geosearchstore d g FROMMEMBER Palermo ASC ASC ASC
		geosearchstore d g BYBOX 400 400 km ASC
		GEOSEARCHSTORE d s FROMMEMBER Palermo BYRADIUS 200 km
		GEOSEARCHSTORE d none FROMMEMBER Palermo BYRADIUS 200 km
		EXISTS d
		GEOSEARCHSTORE d none FROMMEMBER Palermo BYRADIUS 200 km
		GEOSEARCHSTORE s g FROMMEMBER Palermo BYRADIUS 1 m
		TYPE s
		GEOSEARCHSTORE s g FROMLONLAT 0 0 BYRADIUS 1 m
		EXISTS s
		GEOSEARCHSTORE g g FROMMEMBER Palermo BYRADIUS 1 m
		ZRANGE g 0 -1 WITHSCORES`},
	{"places that are equally far", somePlaces + `
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km ASC
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km DESC
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 3
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 3 DESC
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 3 ANY
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 3 ANY DESC
		GEOADD same 10 10 h 10 10 i 10 10 j 9.5 10 k 10.5 10 l 9.5 10 m
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 1
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 5
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 9
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 9 DESC
		GEOSEARCH same FROMLONLAT 10 10 BYRADIUS 500 km COUNT 2 DESC`},
	{"COMMAND GETKEYS of searches", `
		COMMAND GETKEYSANDFLAGS GEOADD k 1 2 a
		COMMAND GETKEYSANDFLAGS GEORADIUS k 1 2 3 m
		COMMAND GETKEYSANDFLAGS GEORADIUS k 1 2 3 m STORE d
		COMMAND GETKEYSANDFLAGS GEORADIUS k 1 2 3 m ASC STOREDIST d
		COMMAND GETKEYSANDFLAGS GEORADIUS k 1 2 3 m store d storedist e
		COMMAND GETKEYSANDFLAGS GEORADIUS k 1 2 3 m STORE
		COMMAND GETKEYSANDFLAGS GEORADIUSBYMEMBER k m 3 m STORE d
		COMMAND GETKEYSANDFLAGS GEORADIUS_RO k 1 2 3 m STORE d
		COMMAND GETKEYSANDFLAGS GEOSEARCHSTORE d k FROMMEMBER a BYRADIUS 1 m
		COMMAND GETKEYSANDFLAGS GEOSEARCH k FROMMEMBER a BYRADIUS 1 m`},
}

// geoFamily adds up to so many places at once, of so many members.
func geoFamily(most, members int) []weighted {
	member := func(g *gen) string { return "p" + strconv.Itoa(g.IntN(members)) }
	return []weighted{
		{6, func(g *gen) []string {
			args := g.command("GEOADD", words(g.geoKey()), g.maybe(4, g.of("NX", "XX", "ch")))
			for range 1 + g.IntN(most) {
				args = append(append(args, g.place()...), member(g))
			}
			return args
		}},
		{2, func(g *gen) []string {
			g.comparison = "distances"
			return g.command("GEODIST", words(g.geoKey(), member(g), member(g)),
				g.maybe(2, g.geoUnit()))
		}},
		{2, func(g *gen) []string {
			return g.command(g.of("GEOPOS", "GEOHASH"), words(g.geoKey(), member(g), member(g)))
		}},
		{6, func(g *gen) []string {
			g.comparison = "distances"
			return g.command(g.of("GEORADIUS", "GEORADIUS_RO"), words(g.geoKey()), g.place(),
				g.radius(), g.geoOptions())
		}},
		{4, func(g *gen) []string {
			g.comparison = "distances"
			return g.command(g.of("GEORADIUSBYMEMBER", "GEORADIUSBYMEMBER_RO"),
				words(g.geoKey(), member(g)), g.radius(), g.geoOptions())
		}},
		{16, func(g *gen) []string {
			g.comparison = "distances"
			return g.command("GEOSEARCH", words(g.geoKey()), g.geoFrom(member), g.geoBy(),
				g.geoOptions())
		}},
		{3, func(g *gen) []string {
			return g.command("GEOSEARCHSTORE", words("d", g.geoKey()), g.geoFrom(member), g.geoBy(),
				g.maybe(2, "ASC"), g.maybe(3, "COUNT", g.of("1", "3", "10")))
		}},
		{2, func(g *gen) []string {
			return g.command("GEOSEARCHSTORE", words("dist", g.geoKey()), g.geoFrom(member), g.geoBy(),
				words("STOREDIST"), g.maybe(3, "COUNT", g.of("1", "3", "10")))
		}},
		{2, func(g *gen) []string { return g.command("ZRANGE", words("d", "0", "-1", "WITHSCORES")) }},
		{2, func(g *gen) []string {
			g.comparison = "nearly"
			return g.command("ZRANGE", words("dist", "0", "-1", "WITHSCORES"))
		}},
		{1, func(g *gen) []string { return g.command("ZREM", words(g.geoKey(), member(g))) }},
		{1, func(g *gen) []string { return g.command("DEL", words(g.of("g1", "d", "dist"))) }},
	}
}

func (g *gen) geoKey() string { return g.of("g1", "g2", "g2", "g3", "g3", "d", "none") }

// place draws a longitude and a latitude: in a town, near a pole, near the antimeridian, or
// anywhere; and few enough of them for some to be alike. None are next to each other: which of two
// that are a hand apart is nearer to a place far away is a matter of the last bit of a sine, and
// that of the C library (see the comparison "nearly").
func (g *gen) place() []string {
	near := func(center, extent float64) string {
		return strconv.FormatFloat(center+extent*(float64(g.IntN(41))-20)/20, 'f', -1, 64)
	}
	switch g.IntN(7) {
	case 0, 1:
		return words(near(13.4, 0.3), near(52.5, 0.2))
	case 2:
		return words(near(0, 175), near(g.of2Floats(84.5, -84.5), 0.5))
	case 3:
		return words(near(g.of2Floats(179, -179), 0.95), near(0, 40))
	case 4:
		return words(g.of("180", "180", "0", "x"), g.of("0", "85.05112878", "-85.05112878", "85.06",
			"-66", "66.5", "80.1"))
	}
	return words(near(0, 175), near(0, 84))
}

func (g *gen) of2Floats(a, b float64) float64 {
	if g.IntN(2) == 0 {
		return a
	}
	return b
}

func (g *gen) geoUnit() string { return g.of("m", "km", "KM", "ft", "mi", "km", "km", "x") }

// radius draws a length from a millimetre to around the world, and a unit.
func (g *gen) radius() []string {
	lengths := words("0", "0.001", "1", "10", "50", "100", "500", "1000", "3000", "5000", "8000",
		"12000", "20000", "25000", "1e6", "inf", "-1", "x")
	return words(lengths[g.IntN(len(lengths)-2*min(1, g.IntN(10)))], g.geoUnit())
}

func (g *gen) geoFrom(member func(*gen) string) []string {
	if g.IntN(3) == 0 {
		return words(g.mixCase("FROMMEMBER"), member(g))
	}
	return append(words("FROMLONLAT"), g.place()...)
}

func (g *gen) geoBy() []string {
	if g.IntN(2) == 0 {
		return append(words(g.mixCase("BYRADIUS")), g.radius()...)
	}
	return append(words("BYBOX", g.radius()[0]), g.radius()...)
}

func (g *gen) geoOptions() []string {
	var options []string
	for g.IntN(4) > 0 && len(options) < 5 {
		option := g.of("ASC", "DESC", "WITHDIST", "WITHCOORD", "WITHHASH", "ASC")
		options = append(options, g.mixCase(option))
	}
	if g.IntN(3) == 0 {
		options = append(options, "COUNT", g.of("1", "2", "3", "5", "10", "50", "0", "x"))
		options = append(options, g.maybe(2, "ANY")...)
	}
	return options
}
