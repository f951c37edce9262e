package command

import (
	"cmp"
	"slices"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/types/geohash"
	"github.com/ringer-kv/ringer/types/zset"
)

// geoPlace is a member that was found. The member lies in the sorted set, or was digits there.
type geoPlace struct {
	member   []byte
	point    geohash.Point
	distance float64 // from the centre, in metres
	score    float64
}

// find is the members within the shape, in the order of the ranges; with ANY no more than wanted.
// Redis: membersOfAllNeighbors, geoGetPointsInRange.
func (g *geoSearch) find() []geoPlace {
	var found []geoPlace
	limit := 0
	if g.any {
		limit = int(g.count)
	}
	finder := g.shape.Finder()
	var room [geohash.MaxRanges]geohash.Range
	for _, r := range g.shape.AppendRanges(room[:0]) {
		span := g.source.ScoreSpan(zset.ScoreRange{Min: r.Min, Max: r.Max, MaxEx: true})
		for it := g.source.Iter(span, false); it.Next(); {
			if limit > 0 && len(found) >= limit {
				return found
			}
			score := it.Score()
			point, distance, ok := finder.Find(score)
			if !ok {
				continue
			}
			found = append(found, geoPlace{
				member: stableMember(&it, &g.source), point: point, distance: distance, score: score,
			})
		}
	}
	return found
}

// stableMember is the member of an element in memory that outlives the next step of the walk.
func stableMember(it *zset.Iter, s *zset.Set) []byte {
	if s.Encoding() == zset.Skiplist {
		return it.Member(nil)
	}
	var digits [20]byte
	return slices.Clone(it.Member(digits[:]))
}

// arrange is the places that are wanted, in the order that is wanted.
func (g *geoSearch) arrange(found []geoPlace) []geoPlace {
	wanted := len(found)
	if g.count > 0 && g.count < int64(wanted) {
		wanted = int(g.count)
	}
	if g.order == geoUnordered {
		return found[:wanted]
	}
	compare := func(a, b geoRank) int { return cmp.Compare(a.distance, b.distance) }
	if g.order == geoFarFirst {
		compare = func(a, b geoRank) int { return cmp.Compare(b.distance, a.distance) }
	}
	ranks := make([]geoRank, len(found))
	for i := range found {
		ranks[i] = geoRank{found[i].distance, int32(i)}
	}
	if wanted == len(found) {
		slices.SortStableFunc(ranks, compare) // Redis: qsort, a merge sort in most C libraries
	} else {
		partialSort(ranks, compare, 0, wanted)
	}
	arranged := make([]geoPlace, wanted)
	for i := range arranged {
		arranged[i] = found[ranks[i].index]
	}
	return arranged
}

// geoRank is what a place is sorted by.
type geoRank struct {
	distance float64
	index    int32 // in the order in which they were found
}

// replyPlaces replies with the places. Redis: the end of georadiusGeneric.
func (g *geoSearch) replyPlaces(c *keyspace.Ctx, places []geoPlace) {
	c.Reply.Array(len(places))
	fields := 1
	for _, with := range []bool{g.withDist, g.withHash, g.withCoord} {
		if with {
			fields++
		}
	}
	for i := range places {
		p := &places[i]
		if fields > 1 {
			c.Reply.Array(fields)
		}
		c.Reply.Bulk(p.member)
		if g.withDist {
			replyDistance(c, p.distance/g.shape.Unit)
		}
		if g.withHash {
			c.Reply.Int(int64(p.score))
		}
		if g.withCoord {
			replyPoint(c, p.point)
		}
	}
}

// storePlaces makes the places the value of the key that is to have them, by their scores or their
// distances, and replies with how many there are.
func (g *geoSearch) storePlaces(c *keyspace.Ctx, places []geoPlace) {
	s := c.DB.NewSortedSetOf(len(places))
	for i := range places {
		score := places[i].score
		if g.storeMeters {
			score = places[i].distance / g.shape.Unit
		}
		addNumber(&s, places[i].member, score)
	}
	event := "georadiusstore"
	if g.form.search {
		event = "geosearchstore"
	}
	storeZSetAt(c, g.store, &s, event)
	if len(places) > 1 {
		c.Dirty(len(places) - 1)
	}
}
