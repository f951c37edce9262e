package geohash

import "math"

// The bounds of coordinates. Redis: GEO_LONG_MAX, GEO_LAT_MAX.
const (
	MaxLon = 180.0
	MaxLat = 85.05112878
)

const (
	// maxStep is the number of bits of each coordinate in a score. Redis: GEO_STEP_MAX.
	maxStep = 26

	// scoreBits is the number of bits in a score.
	scoreBits = 2 * maxStep

	// textDigits is the length of a geohash as text.
	textDigits = 11

	// alphabet is that of the geohashes of geohash.org.
	alphabet = "0123456789bcdefghjkmnpqrstuvwxyz"
)

// Point is a place on the earth, in degrees.
type Point struct{ Lon, Lat float64 }

// Valid says whether the point can be encoded.
func (p Point) Valid() bool {
	return -MaxLon <= p.Lon && p.Lon <= MaxLon && -MaxLat <= p.Lat && p.Lat <= MaxLat
}

// Score is the 52 bits of a valid point.
//
// Redis: geohashEncodeWGS84. The greatest longitude and latitude have a bit more.
func (p Point) Score() uint64 { return encode(p, MaxLat, maxStep).bits() }

// Decode is the point in the middle of the cell that a score stands for.
//
// Redis: decodeGeohash, for scores that are no places, too.
func Decode(score float64) Point {
	lat, lon := separate(truncate(score))
	a := cell{lon: lon, lat: lat, step: maxStep}.area()
	return Point{
		Lon: min(max((a.minLon+a.maxLon)/2, -MaxLon), MaxLon),
		Lat: min(max((a.minLat+a.maxLat)/2, -MaxLat), MaxLat),
	}
}

// AppendText appends the geohash of geohash.org for a point, of which only 50 bits are known: the
// last of its digits is always "0".
//
// Redis: geohashCommand, where latitudes end at 90 degrees for once.
func (p Point) AppendText(dst []byte) []byte {
	bits := encode(p, 90, maxStep).bits()
	for i := 1; i < textDigits; i++ {
		dst = append(dst, alphabet[bits>>(scoreBits-5*i)&31])
	}
	return append(dst, alphabet[0])
}

// truncate is a double as a uint64, as x86 and the compilers for it have it.
//
// Redis: (uint64_t)score, which C leaves undefined for negative and for huge ones.
func truncate(f float64) uint64 {
	const half = 1 << 63
	switch {
	case f >= 2*half:
		return 0
	case f >= half:
		return uint64(int64(f-half)) ^ half
	case f >= -half:
		return uint64(int64(f))
	}
	return half
}

// cell is a rectangle of the grid of a step: its column and its row.
type cell struct {
	lon, lat uint32
	step     uint
}

// encode is the cell of a point, on a map whose latitudes end at maxLat.
func encode(p Point, maxLat float64, step uint) cell {
	scale := func(x, most float64) uint32 {
		offset := (x + most) / (most + most)
		return uint32(offset * float64(uint64(1)<<step))
	}
	return cell{lon: scale(p.Lon, MaxLon), lat: scale(p.Lat, maxLat), step: step}
}

// bits are the coordinates of the cell in turn, the longitude first.
func (c cell) bits() uint64 { return spread(c.lon)<<1 | spread(c.lat) }

// moved is the cell so many columns to the east and rows to the north, around the world if need
// be.
//
// Redis: geohash_move_x, which cuts off the bit that the last column has more than others.
func (c cell) moved(east, north int) cell {
	mask := uint32(1)<<c.step - 1
	if east != 0 {
		c.lon = (c.lon + uint32(east)) & mask
	}
	if north != 0 {
		c.lat = (c.lat + uint32(north)) & mask
	}
	return c
}

// area is a rectangle in degrees.
type area struct{ minLon, maxLon, minLat, maxLat float64 }

// area is what the cell covers. Products are converted before they are added, so that no compiler
// fuses the two and rounds once where Redis rounds twice.
func (c cell) area() area {
	size := 1 / float64(uint64(1)<<c.step) // exact, so that to multiply is to divide
	scale := func(n uint32, most float64) float64 {
		return -most + float64(float64(n)*size*(most+most))
	}
	return area{
		minLon: scale(c.lon, MaxLon), maxLon: scale(c.lon+1, MaxLon),
		minLat: scale(c.lat, MaxLat), maxLat: scale(c.lat+1, MaxLat),
	}
}

// spread puts a zero before each bit of n.
func spread(n uint32) uint64 {
	x := uint64(n)
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	x = (x | x<<8) & 0x00FF00FF00FF00FF
	x = (x | x<<4) & 0x0F0F0F0F0F0F0F0F
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

// gather is every second bit of x, the opposite of spread.
func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0F0F0F0F0F0F0F0F
	x = (x | x>>4) & 0x00FF00FF00FF00FF
	x = (x | x>>8) & 0x0000FFFF0000FFFF
	return uint32(x | x>>16)
}

// separate is the opposite of cell.bits.
func separate(bits uint64) (lat, lon uint32) { return gather(bits), gather(bits >> 1) }

const (
	degree = math.Pi / 180

	// earthRadius in metres. Redis: EARTH_RADIUS_IN_METERS, the quadratic mean for WGS-84.
	earthRadius = 6372797.560856
)
