package command

import (
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/geohash"
	"github.com/ringer-kv/ringer/types/zset"
)

// What the Specs of the searches share.
const (
	geoUnitSyntax  = "<M | KM | FT | MI>{unit}"
	geoWithSyntax  = "[WITHCOORD] [WITHDIST] [WITHHASH]"
	geoOrderSyntax = "[ASC | DESC]{order}"
	geoPointSyntax = "key longitude{:double} latitude{:double} " + geoRadiusSyntax +
		"[ANY{@6.2.0}]]{count} " + geoOrderSyntax
	geoMemberSyntax = "key member " + geoRadiusSyntax + "[ANY]]{count} " + geoOrderSyntax
	geoStoreSyntax  = " [STORE key] [STOREDIST key]"
	geoRadiusSyntax = "radius{:double} " + geoUnitSyntax + " " + geoWithSyntax + " [COUNT count "
	geoShapeSyntax  = "<FROMMEMBER member | FROMLONLAT (longitude{:double} " +
		"latitude{:double})>{from} <(BYRADIUS radius{:double} " + geoUnitSyntax + "){circle} | " +
		"(BYBOX width{:double} height{:double} " + geoUnitSyntax + "){box}>{by} " +
		geoOrderSyntax + " [COUNT count [ANY]]{count}"

	geoRadiusComplexity = "O(N+log(M)) where N is the number of elements inside the bounding box " +
		"of the circular area delimited by center and radius and M is the number of items inside " +
		"the index."
	geoSearchComplexity = "O(N+log(M)) where N is the number of elements in the grid-aligned " +
		"bounding box area around the shape provided as the filter and M is the number of items " +
		"inside the shape"
	geoPointSummary = "Query a sorted set representing a geospatial index to fetch members " +
		"matching a given maximum distance from a point"
	geoAreaSummary = "Query a sorted set representing a geospatial index to fetch members inside " +
		"an area of a box or a circle"
	geoUnitChange = "Added support for uppercase unit names."
	geoAnyChange  = "Added the `ANY` option for `COUNT`."
)

// geoStoreKeys are the keys of a search that may store what it finds, whose options begin at an
// argument.
func geoStoreKeys(options int) []keyspace.KeySpec {
	keys := keyspace.KeyAt(1, keyspace.RO|keyspace.Access)
	for _, word := range []string{"STORE", "STOREDIST"} {
		keys = append(keys, keyspace.KeySpec{
			Flags: keyspace.OW | keyspace.Update, Keyword: word, Index: options, Step: 1,
		})
	}
	return keys
}

var georadiusSpec = keyspace.Spec{
	Name: "georadius", Group: keyspace.Geo, Since: "3.2.0", Arity: -6,
	Syntax: geoPointSyntax + geoStoreSyntax,
	Flags:  keyspace.Write | keyspace.DenyOOM, Keys: geoStoreKeys(6),
	Summary: geoPointSummary, Complexity: geoRadiusComplexity,
	History: []keyspace.Change{
		{Version: "6.2.0", Text: geoAnyChange}, {Version: "7.0.0", Text: geoUnitChange},
	},
	Deprecated: "6.2.0",
	ReplacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
	Run:        georadiusCommand,
}

func georadiusCommand(c *keyspace.Ctx) { georadiusGeneric(c, geoForm{point: true}) }

var georadiusroSpec = keyspace.Spec{
	Name: "georadius_ro", Group: keyspace.Geo, Since: "3.2.10", Arity: -6,
	Syntax:  geoPointSyntax,
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "A read-only variant for GEORADIUS", Complexity: geoRadiusComplexity,
	History:    []keyspace.Change{{Version: "6.2.0", Text: geoAnyChange}},
	Deprecated: "6.2.0", ReplacedBy: "`GEOSEARCH` with the `BYRADIUS` argument",
	Run: georadiusroCommand,
}

func georadiusroCommand(c *keyspace.Ctx) {
	georadiusGeneric(c, geoForm{point: true, readOnly: true})
}

var georadiusbymemberSpec = keyspace.Spec{
	Name: "georadiusbymember", Group: keyspace.Geo, Since: "3.2.0", Arity: -5,
	Syntax: geoMemberSyntax + geoStoreSyntax,
	Flags:  keyspace.Write | keyspace.DenyOOM, Keys: geoStoreKeys(5),
	Summary: "Query a sorted set representing a geospatial index to fetch members matching a " +
		"given maximum distance from a member",
	Complexity: geoRadiusComplexity,
	History:    []keyspace.Change{{Version: "7.0.0", Text: geoUnitChange}},
	Deprecated: "6.2.0",
	ReplacedBy: "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
	Run:        georadiusbymemberCommand,
}

func georadiusbymemberCommand(c *keyspace.Ctx) { georadiusGeneric(c, geoForm{member: true}) }

var georadiusbymemberroSpec = keyspace.Spec{
	Name: "georadiusbymember_ro", Group: keyspace.Geo, Since: "3.2.10", Arity: -5,
	Syntax:  geoMemberSyntax,
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "A read-only variant for GEORADIUSBYMEMBER", Complexity: geoRadiusComplexity,
	Deprecated: "6.2.0",
	ReplacedBy: "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
	Run:        georadiusbymemberroCommand,
}

func georadiusbymemberroCommand(c *keyspace.Ctx) {
	georadiusGeneric(c, geoForm{member: true, readOnly: true})
}

var geosearchSpec = keyspace.Spec{
	Name: "geosearch", Group: keyspace.Geo, Since: "6.2.0", Arity: -7,
	Syntax:  "key " + geoShapeSyntax + " " + geoWithSyntax,
	Flags:   keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: geoAreaSummary + ".", Complexity: geoSearchComplexity,
	History: []keyspace.Change{{Version: "7.0.0", Text: geoUnitChange}},
	Run:     geosearchCommand,
}

func geosearchCommand(c *keyspace.Ctx) { georadiusGeneric(c, geoForm{search: true}) }

var geosearchstoreSpec = keyspace.Spec{
	Name: "geosearchstore", Group: keyspace.Geo, Since: "6.2.0", Arity: -8,
	Syntax: "destination{:key} source{:key} " + geoShapeSyntax + " [STOREDIST]",
	Flags:  keyspace.Write | keyspace.DenyOOM,
	Keys: slices.Concat(keyspace.KeyAt(1, keyspace.OW|keyspace.Update),
		keyspace.KeyAt(2, keyspace.RO|keyspace.Access)),
	Summary:    geoAreaSummary + ", and store the result in another key.",
	Complexity: geoSearchComplexity,
	History:    []keyspace.Change{{Version: "7.0.0", Text: geoUnitChange}},
	Run:        geosearchstoreCommand,
}

func geosearchstoreCommand(c *keyspace.Ctx) {
	georadiusGeneric(c, geoForm{search: true, store: true})
}

// geoForm is which of the searches a command is.
type geoForm struct {
	point    bool // GEORADIUS
	member   bool // GEORADIUSBYMEMBER
	readOnly bool // no STORE and STOREDIST
	search   bool // GEOSEARCH
	store    bool // GEOSEARCHSTORE
}

// geoOrder is the order in which the places that were found are wanted.
type geoOrder uint8

const (
	geoUnordered geoOrder = iota
	geoNearFirst
	geoFarFirst
)

// geoSearch is what a search is asked to do.
type geoSearch struct {
	form   geoForm
	source zset.Set
	exists bool // the source does
	shape  geohash.Shape

	fromMember, fromPoint, byRadius, byBox bool

	withDist, withHash, withCoord bool

	order       geoOrder
	count       int64 // 0: all
	any         bool
	store       []byte // the key; nil: reply
	storeMeters bool   // STOREDIST
}

// georadiusGeneric is all the searches.
func georadiusGeneric(c *keyspace.Ctx, form geoForm) {
	g := geoSearch{form: form}
	key := c.Args[1]
	if form.store {
		g.store, key = c.Args[1], c.Args[2]
	}
	none := false
	if g.source, g.exists = lookupZSet(c, key, func() { none = true }); !g.exists && !none {
		return
	}
	err := g.parse(c.Args)
	if err == "" && g.exists && g.store != nil && !c.DB.HasRoom(int64(g.source.MemoryUsage())) {
		err = reply.ErrOOM
	}
	if err != "" {
		c.Error(err)
		return
	}
	var found []geoPlace
	if g.exists {
		found = g.arrange(g.find())
	}
	if g.store != nil {
		g.storePlaces(c, found)
	} else {
		g.replyPlaces(c, found)
	}
}

// parse reads the arguments. Redis: georadiusGeneric, which knows already whether the key exists.
func (g *geoSearch) parse(args [][]byte) (err reply.Error) {
	words := newCursor(args, 2)
	switch {
	case g.form.point:
		if g.shape.Center, err = parsePoint(&words); err == "" {
			err = g.parseRadius(&words)
		}
	case g.form.member && !g.exists: // Redis: then the radius may be anything
		words = newCursor(args, 5)
	case g.form.member:
		if err = g.parseMember(&words); err == "" {
			err = g.parseRadius(&words)
		}
	case g.form.store:
		words = newCursor(args, 3)
	}
	for err == "" && words.More() {
		err = g.parseOption(&words)
	}
	if err != "" {
		return err
	}
	switch {
	case g.store != nil && (g.withDist || g.withHash || g.withCoord) && g.form.store:
		return reply.ErrGeoSearchStore
	case g.store != nil && (g.withDist || g.withHash || g.withCoord):
		return reply.ErrGeoStore
	case g.form.search && !g.fromMember && !g.fromPoint:
		return reply.GeoNoCenter(args[0])
	case g.form.search && !g.byRadius && !g.byBox:
		return reply.GeoNoShape(args[0])
	case g.any && g.count == 0:
		return reply.ErrGeoAny
	}
	if g.count != 0 && g.order == geoUnordered && !g.any {
		g.order = geoNearFirst // Redis: else the count nearest ones would be no answer
	}
	return ""
}

// parseOption reads one option.
func (g *geoSearch) parseOption(opts *cursor) reply.Error {
	switch search, mayStore := g.form.search, !g.form.readOnly && !g.form.search; {
	case opts.Is("WITHDIST"):
		g.withDist = true
	case opts.Is("WITHHASH"):
		g.withHash = true
	case opts.Is("WITHCOORD"):
		g.withCoord = true
	case opts.Is("ANY"):
		g.any = true
	case opts.Is("ASC"):
		g.order = geoNearFirst
	case opts.Is("DESC"):
		g.order = geoFarFirst
	case opts.IsWith("COUNT", 1):
		return g.parseCount(opts)
	case mayStore && opts.IsWith("STORE", 1):
		g.store, g.storeMeters = opts.Arg(), false
	case mayStore && opts.IsWith("STOREDIST", 1):
		g.store, g.storeMeters = opts.Arg(), true
	case g.form.store && opts.Is("STOREDIST"):
		g.storeMeters = true
	case search && !g.fromPoint && opts.IsWith("FROMMEMBER", 1):
		g.fromMember = true
		return g.parseMember(opts)
	case search && !g.fromMember && opts.IsWith("FROMLONLAT", 2):
		g.fromPoint = true
		var err reply.Error
		g.shape.Center, err = parsePoint(opts)
		return err
	case search && !g.byBox && opts.IsWith("BYRADIUS", 2):
		g.byRadius = true
		return g.parseRadius(opts)
	case search && !g.byRadius && opts.IsWith("BYBOX", 3):
		g.byBox = true
		return g.parseBox(opts)
	default:
		return reply.ErrSyntax
	}
	return ""
}

func (g *geoSearch) parseCount(opts *cursor) reply.Error {
	var ok bool
	if g.count, ok = opts.Int(); !ok {
		return reply.ErrNotInteger
	}
	if g.count <= 0 {
		return reply.ErrGeoCount
	}
	return ""
}

// parseMember reads the member that is the centre. If the key does not exist it may be anything.
func (g *geoSearch) parseMember(opts *cursor) reply.Error {
	member := opts.Arg()
	if !g.exists {
		return ""
	}
	score, ok := g.source.Score(member)
	if !ok {
		return reply.ErrGeoMember
	}
	g.shape.Center = geohash.Decode(score)
	return ""
}

// parseRadius reads a radius and its unit. Redis: extractDistanceOrReply.
func (g *geoSearch) parseRadius(opts *cursor) (err reply.Error) {
	g.shape.Box = false
	var ok bool
	if g.shape.Radius, ok = opts.Float(); !ok {
		return reply.ErrGeoRadius
	}
	if g.shape.Radius < 0 {
		return reply.ErrGeoNegative
	}
	g.shape.Unit, err = parseUnit(opts.Arg())
	return err
}

// parseBox reads a width, a height and their unit. Redis: extractBoxOrReply.
func (g *geoSearch) parseBox(opts *cursor) (err reply.Error) {
	g.shape.Box = true
	var ok bool
	if g.shape.Width, ok = opts.Float(); !ok {
		return reply.ErrGeoWidth
	}
	if g.shape.Height, ok = opts.Float(); !ok {
		return reply.ErrGeoHeight
	}
	if g.shape.Width < 0 || g.shape.Height < 0 {
		return reply.ErrGeoBoxNegative
	}
	g.shape.Unit, err = parseUnit(opts.Arg())
	return err
}
