package compat_test

import (
	"math"
	"testing"

	"github.com/redis/go-redis/v9"
)

// TestGoRedisHyperLogLog goes through the typed API of the family.
func TestGoRedisHyperLogLog(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		ctx := t.Context()
		for _, c := range []call{
			{"PFAdd", func(r client) any { return returned(r.PFAdd(ctx, "a", "x", "y", 3).Result()) },
				int64(1)},
			{"PFAdd again", func(r client) any { return returned(r.PFAdd(ctx, "a", "x").Result()) },
				int64(0)},
			{"PFAdd b", func(r client) any { return returned(r.PFAdd(ctx, "b", "y", "z").Result()) },
				int64(1)},
			{"PFCount", func(r client) any { return returned(r.PFCount(ctx, "a").Result()) }, int64(3)},
			{"PFCount of two", func(r client) any { return returned(r.PFCount(ctx, "a", "b").Result()) },
				int64(4)},
			{"PFMerge", func(r client) any { return returned(r.PFMerge(ctx, "c", "a", "b").Result()) },
				"OK"},
			{"PFCount c", func(r client) any { return returned(r.PFCount(ctx, "c").Result()) }, int64(4)},
			{"PFCount of a string", func(r client) any {
				r.Set(ctx, "s", "v", 0)
				return returned(r.PFCount(ctx, "s").Result())
			}, "error: WRONGTYPE Key is not a valid HyperLogLog string value."},
		} {
			if got := c.do(rdb); got != c.want {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	})
}

// TestGoRedisGeo does the same for places.
func TestGoRedisGeo(t *testing.T) {
	onEachServer(t, func(t *testing.T, rdb *redis.Client) {
		ctx := t.Context()
		added, err := rdb.GeoAdd(ctx, "g",
			&redis.GeoLocation{Name: "Palermo", Longitude: 13.361389, Latitude: 38.115556},
			&redis.GeoLocation{Name: "Catania", Longitude: 15.087269, Latitude: 37.502669}).Result()
		if err != nil || added != 2 {
			t.Fatalf("GeoAdd: %d, %v", added, err)
		}
		pos, err := rdb.GeoPos(ctx, "g", "Palermo", "none").Result()
		if err != nil || len(pos) != 2 || pos[1] != nil ||
			math.Abs(pos[0].Longitude-13.361389) > 1e-5 {
			t.Errorf("GeoPos: %v, %v", pos, err)
		}
		if d, err := rdb.GeoDist(ctx, "g", "Palermo", "Catania", "km").Result(); err != nil ||
			d != 166.2742 {
			t.Errorf("GeoDist: %v, %v", d, err)
		}
		hashes, err := rdb.GeoHash(ctx, "g", "Palermo", "Catania").Result()
		if err != nil || hashes[0] != "sqc8b49rny0" || hashes[1] != "sqdtr74hyu0" {
			t.Errorf("GeoHash: %v, %v", hashes, err)
		}
		query := &redis.GeoSearchLocationQuery{
			GeoSearchQuery: redis.GeoSearchQuery{
				Member: "Palermo", BoxWidth: 400, BoxHeight: 400, BoxUnit: "km", Sort: "DESC",
			},
			WithCoord: true, WithDist: true, WithHash: true,
		}
		found, err := rdb.GeoSearchLocation(ctx, "g", query).Result()
		if err != nil || len(found) != 2 || found[0].Name != "Catania" ||
			found[0].Dist != 166.2742 || found[0].GeoHash != 3479447370796909 {
			t.Errorf("GeoSearchLocation: %+v, %v", found, err)
		}
		//lint:ignore SA1019 programs written before Redis 6.2 send it
		near, err := rdb.GeoRadius(ctx, "g", 15, 37, &redis.GeoRadiusQuery{
			Radius: 100, Unit: "km", WithDist: true, Count: 1,
		}).Result()
		if err != nil || len(near) != 1 || near[0].Name != "Catania" || near[0].Dist != 56.4413 {
			t.Errorf("GeoRadius: %+v, %v", near, err)
		}
		stored, err := rdb.GeoSearchStore(ctx, "g", "d", &redis.GeoSearchStoreQuery{
			GeoSearchQuery: redis.GeoSearchQuery{Longitude: 15, Latitude: 37, Radius: 200,
				RadiusUnit: "km"},
			StoreDist: true,
		}).Result()
		if err != nil || stored != 2 || rdb.ZCard(ctx, "d").Val() != 2 {
			t.Errorf("GeoSearchStore: %d, %v", stored, err)
		}
	})
}
