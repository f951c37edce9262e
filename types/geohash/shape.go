package geohash

import "math"

// Shape is what a search looks for: a circle around a centre, or a box.
type Shape struct {
	Center        Point
	Box           bool
	Radius        float64 // of a circle
	Width, Height float64 // of a box
	Unit          float64 // metres in what these are given in
}

// Range is all scores from Min up to but not including Max.
type Range struct{ Min, Max float64 }

// MaxRanges is the number of ranges that a search asks for at most.
const MaxRanges = 9

// mercatorMax is half the width of the map, in metres. Redis: MERCATOR_MAX.
const mercatorMax = 20037726.37

// AppendRanges appends the ranges of scores that hold all points of the shape, in the order in
// which Redis asks for them: that of the centre, then north, south, east, west, north-east,
// north-west, south-east and south-west.
//
// Redis: geohashCalculateAreasByShapeWGS84, membersOfAllNeighbors.
func (s *Shape) AppendRanges(dst []Range) []Range {
	bounds := s.bounds()
	center, reached := s.cells(bounds)
	var last cell
	for i, way := range ways {
		if i > 0 && !reached.all(way.needs) {
			continue
		}
		c := center.moved(way.east, way.north)
		if i > 1 && c == last { // Redis: of a coarse grid the same neighbour lies on both sides
			continue
		}
		if i > 0 {
			last = c
		}
		dst = append(dst, c.scores())
	}
	return dst
}

// scores are those of all points in the cell. Redis: scoresOfGeoHashBox.
func (c cell) scores() Range {
	shift := scoreBits - 2*c.step
	bits := c.bits()
	return Range{Min: float64(bits << shift), Max: float64((bits + 1) << shift)}
}

// sides is a set of the sides of the centre's cell.
type sides uint8

const (
	north sides = 1 << iota
	south
	east
	west
)

// all says whether s holds all of them.
func (s sides) all(of sides) bool { return s&of == of }

// ways are the cells of a search, and the sides that the shape must reach beyond for each of them.
var ways = [MaxRanges]struct {
	east, north int
	needs       sides
}{
	{0, 0, 0},
	{0, 1, north}, {0, -1, south}, {1, 0, east}, {-1, 0, west},
	{1, 1, north | east}, {-1, 1, north | west}, {1, -1, south | east}, {-1, -1, south | west},
}

// bounds is the rectangle around the shape.
//
// Redis: geohashBoundingBox; an arc of a degree of longitude is the shorter the nearer to a pole.
func (s *Shape) bounds() area {
	height, width := s.Radius, s.Radius
	if s.Box {
		height, width = s.Height/2, s.Width/2
	}
	height, width = s.Unit*height, s.Unit*width
	lat := height / earthRadius / degree
	nearPole := s.Center.Lat + lat
	if s.Center.Lat < 0 {
		nearPole = s.Center.Lat - lat
	}
	lon := width / earthRadius / math.Cos(nearPole*degree) / degree
	return area{
		minLon: s.Center.Lon - lon, maxLon: s.Center.Lon + lon,
		minLat: s.Center.Lat - lat, maxLat: s.Center.Lat + lat,
	}
}

// cells is the cell of the centre, and on which sides of it neighbours are of use.
func (s *Shape) cells(bounds area) (center cell, reached sides) {
	step := s.estimateStep()
	center = encode(s.Center, MaxLat, step)
	tooFine := center.moved(0, 1).area().maxLat < bounds.maxLat ||
		center.moved(0, -1).area().minLat > bounds.minLat ||
		center.moved(1, 0).area().maxLon < bounds.maxLon ||
		center.moved(-1, 0).area().minLon > bounds.minLon
	if step > 1 && tooFine {
		step--
		center = encode(s.Center, MaxLat, step)
	}
	reached = north | south | east | west
	if step < 2 {
		return center, reached
	}
	a := center.area()
	if a.minLat < bounds.minLat {
		reached &^= south
	}
	if a.maxLat > bounds.maxLat {
		reached &^= north
	}
	if a.minLon < bounds.minLon {
		reached &^= west
	}
	if a.maxLon > bounds.maxLon {
		reached &^= east
	}
	return center, reached
}

// estimateStep is the step whose cells are about as large as the shape.
//
// Redis: geohashEstimateStepsByRadius.
func (s *Shape) estimateStep() uint {
	radius := s.Radius
	if s.Box {
		radius = math.Sqrt(float64(s.Width/2*(s.Width/2)) + float64(s.Height/2*(s.Height/2)))
	}
	radius *= s.Unit
	if radius == 0 {
		return maxStep
	}
	step := 1
	for ; radius < mercatorMax; radius *= 2 {
		step++
	}
	step -= 2 // so that most often it is not too fine
	if lat := math.Abs(s.Center.Lat); lat > 80 {
		step -= 2
	} else if lat > 66 {
		step--
	}
	return uint(min(max(step, 1), maxStep))
}

// origin is a point that distances are measured from.
type origin struct {
	lon, lat float64 // in radians
	cosLat   float64
}

func newOrigin(p Point) origin {
	lat := p.Lat * degree
	return origin{lon: p.Lon * degree, lat: lat, cosLat: cos(lat)}
}

// haversine is the square of the sine of half the angle between o and a point.
//
// Redis: geohashGetDistance, which rounds after each product.
func (o origin) haversine(p Point) float64 {
	lat := p.Lat * degree
	v := sin((p.Lon*degree - o.lon) / 2)
	u := sin((lat - o.lat) / 2)
	if v == 0 {
		return u * u
	}
	return float64(u*u) + float64(o.cosLat*cos(lat)*v*v)
}

// metres is the distance that belongs to a haversine.
func metres(haversine float64) float64 { return 2 * earthRadius * asin(math.Sqrt(haversine)) }

// Distance is that of two points along the earth, in metres.
func Distance(p, q Point) float64 { return metres(newOrigin(p).haversine(q)) }

// Finder tells the points of a shape from others.
type Finder struct {
	shape  *Shape
	origin origin
	// A circle has no point whose haversine is above maxHaversine, and neither has one whose
	// latitude differs by more than maxLat, in radians. Both are a trace too great: Contains
	// compares the distance.
	maxHaversine, maxLat float64
}

// Finder prepares a search of many points.
func (s *Shape) Finder() Finder {
	const trace = 1 + 1e-9
	f := Finder{shape: s, origin: newOrigin(s.Center), maxHaversine: 2, maxLat: math.Inf(1)}
	extent := s.Radius * s.Unit
	if s.Box {
		extent = s.Height * s.Unit / 2
	}
	f.maxLat = extent/earthRadius*trace + 1e-12
	if angle := extent / earthRadius / 2; !s.Box && angle < math.Pi/2 {
		h := math.Sin(angle)
		f.maxHaversine = h*h*trace + 1e-24
	}
	return f
}

// Find decodes a score and says whether the point lies within the shape, and how far it is from
// the centre, in metres.
//
// Redis: geoWithinShape.
func (f *Finder) Find(score float64) (p Point, distance float64, ok bool) {
	p = Decode(score)
	if math.Abs(p.Lat*degree-f.origin.lat) > f.maxLat {
		return p, 0, false
	}
	h := f.origin.haversine(p)
	if h > f.maxHaversine {
		return p, 0, false
	}
	distance = metres(h)
	if !f.shape.Box {
		return p, distance, !(distance > f.shape.Radius*f.shape.Unit)
	}
	return p, distance, f.inBox(p)
}

// inBox says whether a point is not more than half the box away, to the north or south and to the
// east or west.
//
// Redis: geohashGetDistanceIfInRectangle.
func (f *Finder) inBox(p Point) bool {
	s := f.shape
	lat := Distance(p, Point{Lon: p.Lon, Lat: s.Center.Lat})
	lon := Distance(p, Point{Lon: s.Center.Lon, Lat: p.Lat})
	return !(lon > s.Width*s.Unit/2) && !(lat > s.Height*s.Unit/2)
}
