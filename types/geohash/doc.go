// Package geohash is the arithmetic of the geo commands: places on the earth as integers, in an
// order in which neighbours are close together, the ranges of these integers that cover an area,
// and distances.
//
// # What it is
//
// The value of a geo key is a sorted set whose scores are places. GEOADD turns a longitude and a
// latitude into a score, GEOPOS turns it back, and a search asks the sorted set for a few ranges
// of scores and looks at each place that it gets. Everything here is a pure function.
//
// # The picture
//
//	            longitude, 26 bits     latitude, 26 bits
//	                 l25 l24 ... l0      b25 b24 ... b0
//	score      l25 b25 l24 b24 l23 b23 ... l0 b0                        52 bits, exact in a double
//
//	   +-----+-----+-----+
//	   | NW  |  N  | NE  |    a cell of step n has 2n bits: all scores that begin with them. The one
//	   +-----+-----+-----+    that holds the centre and its eight neighbours cover any area whose
//	   |  W  |  *  |  E  |    extent is not greater than a cell's; those that it does not reach are
//	   +-----+-----+-----+    left out.
//	   | SW  |  S  | SE  |
//	   +-----+-----+-----+
//
// # Terminology
//
//	point   a longitude and a latitude, in degrees
//	score   the 52 bits of a point, as the score of a member
//	step    bits of each coordinate in a cell
//	cell    a rectangle of the grid of a step
//	shape   what a search looks for: a circle, or a box, around a centre
//
// # Invariants
//
//	I1  a point encoded, decoded and encoded again has the score that it had
//	I2  a decoded point lies within half a cell of step 26 of the one that was encoded
//	I3  the ranges of a shape are disjoint, and hold all points of the shape, unless it comes near a
//	    pole or spans a quarter of the world
//	I4  a distance does not depend on which point is first, and that of a point to itself is 0
//
// The tests check them.
//
// # How it works
//
// Latitudes end at 85.05112878 degrees, where the Mercator projection is as high as it is wide; the
// cells are squares on that map. A coordinate is scaled to [0, 1] and to an integer of step bits;
// the greatest one of all scales to 1 and has a bit more than others, in the score too. Redis does
// so, and its scores are the outside world's.
//
// The step of a search is estimated from its radius, and is one less where the estimate proves too
// fine. On a sphere it could be better; the point is that the cells, and their order, are those of
// Redis, as the replies to a search without ASC or DESC come in that order, and COUNT ANY cuts it.
//
// Distances are great circles by the haversine formula on a sphere of 6372797.560856 m. The sines,
// cosines and arc sines that it is made of are the nearest doubles: see trig.go. STOREDIST shows
// all digits of them.
//
// # Complexity
//
// O(1). Contains takes the latitudes alone where they decide.
//
// # Limits
//
// A score may be any double: a sorted set may be filled by ZADD. It decodes to some point, the one
// that Redis has for it.
//
// # Sources and differences
//
// Redis 7.0.15's geohash.c, geohash_helper.c and geo.c by Y. Wen, M. Stancliff and S. Sanfilippo,
// for the grid, the cells and the constants. Its sines come from the C library, and are the nearest
// double in all but one of a thousand cases, which ones depends on the processor: then the last of
// the 17 digits that STOREDIST stores may differ.
package geohash
