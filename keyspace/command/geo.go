package command

import (
	"strconv"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/geohash"
	"github.com/ringer-kv/ringer/types/zset"
)

var geoaddSpec = keyspace.Spec{
	Name: "geoadd", Group: keyspace.Geo, Since: "3.2.0", Arity: -5,
	Syntax: "key [NX | XX]{condition @6.2.0} [CH{change @6.2.0}] longitude{:double} " +
		"latitude{:double} member [longitude latitude member ...]",
	Flags: keyspace.Write | keyspace.DenyOOM,
	Keys:  keyspace.KeyAt(1, keyspace.RW|keyspace.Update),
	Summary: "Add one or more geospatial items in the geospatial index represented using a " +
		"sorted set",
	Complexity: "O(log(N)) for each item added, where N is the number of elements in the " +
		"sorted set.",
	History: []keyspace.Change{
		{Version: "6.2.0", Text: "Added the `CH`, `NX` and `XX` options."},
	},
	Run: geoaddCommand,
}

func geoaddCommand(c *keyspace.Ctx) {
	var o zaddOptions
	opts := newCursor(c.Args, 2)
	o.parseGeoFlags(&opts)
	o.members, o.extra = opts.Rest(), 1
	const both = zset.NX | zset.XX
	if len(o.members) == 0 || len(o.members)%3 != 0 || o.flags&both == both {
		c.Error(reply.ErrSyntax)
		return
	}
	var few [8]float64
	o.scores = few[:0]
	places := newCursor(o.members, 0)
	for places.More() {
		p, err := parsePoint(&places)
		if err != "" {
			c.Error(err)
			return
		}
		o.scores = append(o.scores, float64(p.Score()))
		places.Arg()
	}
	zaddGenericCommand(c, &o)
}

// parseGeoFlags steps over the options in front of the first longitude.
func (o *zaddOptions) parseGeoFlags(opts *cursor) {
	for opts.More() {
		switch {
		case opts.Is("NX"):
			o.flags |= zset.NX
		case opts.Is("XX"):
			o.flags |= zset.XX
		case opts.Is("CH"):
			o.changed = true
		default:
			return
		}
	}
}

// parsePoint reads a longitude and a latitude. There must be two arguments.
// Redis: extractLongLatOrReply.
func parsePoint(args *cursor) (p geohash.Point, err reply.Error) {
	var ok bool
	if p.Lon, ok = args.Float(); !ok {
		return p, reply.ErrNotFloat
	}
	if p.Lat, ok = args.Float(); !ok {
		return p, reply.ErrNotFloat
	}
	if !p.Valid() {
		return p, reply.GeoPoint(p.Lon, p.Lat)
	}
	return p, ""
}

// parseUnit reads a unit of length, in metres. Redis: extractUnitOrReply.
func parseUnit(word []byte) (metres float64, err reply.Error) {
	switch {
	case equalFold(word, "M"):
		return 1, ""
	case equalFold(word, "KM"):
		return 1000, ""
	case equalFold(word, "FT"):
		return 0.3048, ""
	case equalFold(word, "MI"):
		return 1609.34, ""
	}
	return 0, reply.ErrGeoUnit
}

// replyDistance replies with a distance, of which four places are enough.
// Redis: addReplyDoubleDistance.
func replyDistance(c *keyspace.Ctx, distance float64) {
	var digits [32]byte
	c.Reply.Bulk(strconv.AppendFloat(digits[:0], distance, 'f', 4, 64))
}

// replyPoint replies with a longitude and a latitude.
func replyPoint(c *keyspace.Ctx, p geohash.Point) {
	c.Reply.Array(2)
	c.Reply.HumanDouble(p.Lon)
	c.Reply.HumanDouble(p.Lat)
}

var geodistSpec = keyspace.Spec{
	Name: "geodist", Group: keyspace.Geo, Since: "3.2.0", Arity: -4,
	Syntax: "key member1 member2 [M | KM | FT | MI]{unit}", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns the distance between two members of a geospatial index",
	Complexity: "O(log(N))",
	Run:        geodistCommand,
}

func geodistCommand(c *keyspace.Ctx) {
	unit := 1.0
	if len(c.Args) > 5 {
		c.Error(reply.ErrSyntax)
		return
	}
	if len(c.Args) == 5 {
		var err reply.Error
		if unit, err = parseUnit(c.Args[4]); err != "" {
			c.Error(err)
			return
		}
	}
	s, ok := lookupZSet(c, c.Args[1], c.Reply.Null)
	if !ok {
		return
	}
	from, okFrom := s.Score(c.Args[2])
	to, okTo := s.Score(c.Args[3])
	if !okFrom || !okTo {
		c.Reply.Null()
		return
	}
	replyDistance(c, geohash.Distance(geohash.Decode(from), geohash.Decode(to))/unit)
}

var geohashSpec = keyspace.Spec{
	Name: "geohash", Group: keyspace.Geo, Since: "3.2.0", Arity: -2,
	Syntax: "key member [member ...]", Flags: keyspace.ReadOnly,
	Keys:    keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary: "Returns members of a geospatial index as standard geohash strings",
	Complexity: "O(log(N)) for each member requested, where N is the number of elements in the " +
		"sorted set.",
	Run: geohashCommand,
}

func geohashCommand(c *keyspace.Ctx) {
	replyPlaces(c, c.Reply.Null, func(p geohash.Point) {
		var text [16]byte
		c.Reply.Bulk(p.AppendText(text[:0]))
	})
}

var geoposSpec = keyspace.Spec{
	Name: "geopos", Group: keyspace.Geo, Since: "3.2.0", Arity: -2,
	Syntax: "key member [member ...]", Flags: keyspace.ReadOnly,
	Keys:       keyspace.KeyAt(1, keyspace.RO|keyspace.Access),
	Summary:    "Returns longitude and latitude of members of a geospatial index",
	Complexity: "O(N) where N is the number of members requested.",
	Run:        geoposCommand,
}

func geoposCommand(c *keyspace.Ctx) {
	replyPlaces(c, c.Reply.NullArray, func(p geohash.Point) { replyPoint(c, p) })
}

// replyPlaces replies with an array of what found makes of the places of the members asked for.
func replyPlaces(c *keyspace.Ctx, missing func(), found func(p geohash.Point)) {
	none := false
	s, ok := lookupZSet(c, c.Args[1], func() { none = true })
	if !ok && !none {
		return
	}
	members := c.Args[2:]
	c.Reply.Array(len(members))
	for _, member := range members {
		score, ok := 0.0, false
		if !none {
			score, ok = s.Score(member)
		}
		if ok {
			found(geohash.Decode(score))
		} else {
			missing()
		}
	}
}
