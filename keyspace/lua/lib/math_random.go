package lib

import (
	"math"

	"github.com/ringer-kv/ringer/keyspace/lua"
)

// Rand is the generator behind math.random: the linear congruential one of 48 bits of drand48.
// A seed gives the same numbers in Redis and here. The zero Rand is as a server
// starts; what scripts have drawn and seeded stays with the server, whichever script comes next.
//
// Owned by the keyspace goroutine.
type Rand struct{ state uint64 } // XOR randStart

// The numbers are those of drand48, as POSIX has them.
const (
	randMultiplier = 0x5DEECE66D
	randIncrement  = 0xB
	randLow        = 0x330E         // behind the seed
	randStart      = 0x1234ABCD330E // Redis: redisLrand48's x
	randMask       = 1<<48 - 1
	randMost       = math.MaxInt32 // Redis: REDIS_LRAND48_MAX
)

// Reseed begins the sequence of a seed, of which 32 bits count.
func (r *Rand) Reseed(seed int64) {
	r.state = (uint64(uint32(seed))<<16 | randLow) ^ randStart
}

// next is the next number of 31 bits. Redis: redisLrand48.
func (r *Rand) next() int {
	x := ((r.state^randStart)*randMultiplier + randIncrement) & randMask
	r.state = x ^ randStart
	return int(x >> 17)
}

// random is math.random. Redis: redis_math_random.
func (r *Rand) random(c *lua.Call) {
	f := float64(r.next()%randMost) / randMost
	switch c.Len() {
	case 0:
		c.Return(lua.Number(f))
	case 1:
		upper := c.CheckInt32(1)
		if upper < 1 {
			c.ArgError(1, "interval is empty")
		}
		c.Return(lua.Number(math.Floor(f*float64(upper)) + 1))
	case 2:
		lower, upper := c.CheckInt32(1), c.CheckInt32(2)
		if lower > upper {
			c.ArgError(2, "interval is empty")
		}
		size := int32(upper - lower + 1) // Redis: an int, which may overflow
		c.Return(lua.Number(math.Floor(f*float64(size)) + float64(lower)))
	default:
		c.Errorf("wrong number of arguments")
	}
}

// randomseed is math.randomseed.
func (r *Rand) randomseed(c *lua.Call) { r.Reseed(int64(c.CheckInt32(1))) }
