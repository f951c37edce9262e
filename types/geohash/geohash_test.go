package geohash

import (
	"bufio"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// What redis-server 7.0.15 answers to GEOADD and ZSCORE, GEOPOS and GEOHASH.
var golden = []struct {
	point    Point
	score    uint64
	lon, lat string
	text     string
}{
	{Point{0, 0}, 3377699720527872, "0.00000268220901489", "0.00000126736058093", "s0000000000"},
	{Point{13.361389, 38.115556}, 3479099956230698, "13.36138933897018433",
		"38.11555639549629859", "sqc8b49rny0"},
	{Point{-122.4194, 37.7749}, 1367859919124626, "-122.41940170526504517",
		"37.77490001056577995", "9q8yyk8ytp0"},
	{Point{180, 85.05112878}, 13510798882111488, "180", "85.0511287799999991", "bp05b5048p0"},
	{Point{-180, -85.05112878}, 0, "-179.99999731779098511", "-85.05112751263942528",
		"00bh0hbj200"},
	{Point{179.999999, -0.000001}, 3377699720527871, "179.99999731779098511",
		"-0.00000126736058093", "rzzzzzzzzz0"},
	{Point{-0.1, 66.6}, 2229443946547389, "-0.10000079870223999", "66.59999997196311483",
		"ggzfvspjjg0"},
	{Point{151.2, -33.9}, 3252000362888077, "151.19999796152114868", "-33.90000080209186706",
		"r3gx0ssqpm0"},
}

func TestPlacesAreThoseOfRedis(t *testing.T) {
	places := func(f float64) string {
		text := strconv.FormatFloat(f, 'f', 17, 64)
		return strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	for _, g := range golden {
		if got := g.point.Score(); got != g.score {
			t.Errorf("%v: score %d, want %d", g.point, got, g.score)
		}
		p := Decode(float64(g.score))
		if places(p.Lon) != g.lon || places(p.Lat) != g.lat {
			t.Errorf("%d: %s %s, want %s %s", g.score, places(p.Lon), places(p.Lat), g.lon, g.lat)
		}
		if got := string(p.AppendText([]byte("x"))); got != "x"+g.text {
			t.Errorf("%v: %s, want %s", p, got, g.text)
		}
	}
}

func randomPoint(rnd *rand.Rand, maxLat float64) Point {
	return Point{Lon: (2*rnd.Float64() - 1) * MaxLon, Lat: (2*rnd.Float64() - 1) * maxLat}
}

// TestRoundTrip is I1 and I2.
func TestRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	points := []Point{{MaxLon, MaxLat}, {-MaxLon, MaxLat}, {MaxLon, -MaxLat}, {0, 0}}
	for range 20_000 {
		points = append(points, randomPoint(rnd, MaxLat))
	}
	for _, p := range points {
		score := p.Score()
		q := Decode(float64(score))
		if q.Score() != score {
			t.Fatalf("%v: score %d, and then %d", p, score, q.Score())
		}
		const half = 1.0001 / (1 << maxStep)
		if math.Abs(p.Lon-q.Lon) > half*MaxLon || math.Abs(p.Lat-q.Lat) > half*MaxLat {
			t.Fatalf("%v has become %v", p, q)
		}
	}
}

// TestRanges is I3: disjoint for all shapes, and complete for those of up to a thousand kilometres
// between the 60th parallels.
func TestRanges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		s := Shape{Center: randomPoint(rnd, 60), Unit: 1000, Box: rnd.IntN(2) == 0}
		s.Radius = math.Pow(10, rnd.Float64()*6-3)
		s.Width, s.Height = s.Radius*2*rnd.Float64(), s.Radius*2*rnd.Float64()
		ranges := s.AppendRanges(nil)
		if len(ranges) == 0 || len(ranges) > MaxRanges || overlap(ranges) {
			t.Fatalf("%+v: %v", s, ranges)
		}
		f := s.Finder()
		for range 20 {
			spread := s.Radius / 111 * 1.5
			p := Point{
				Lon: s.Center.Lon + (2*rnd.Float64()-1)*spread/math.Cos(s.Center.Lat*degree),
				Lat: s.Center.Lat + (2*rnd.Float64()-1)*spread,
			}
			p.Lon = math.Remainder(p.Lon, 360)
			score := float64(p.Score())
			if _, _, ok := f.Find(score); ok && s.Radius <= 1000 && !covered(ranges, score) {
				t.Fatalf("%+v: %v is not in %v", s, p, ranges)
			}
		}
	}
}

func overlap(ranges []Range) bool {
	for i, r := range ranges {
		for _, q := range ranges[:i] {
			if r.Min < q.Max && q.Min < r.Max {
				return true
			}
		}
	}
	return false
}

func covered(ranges []Range, score float64) bool {
	for _, r := range ranges {
		if r.Min <= score && score < r.Max {
			return true
		}
	}
	return false
}

// TestFindDecidesByDistance: what Find leaves out early is not within the shape.
func TestFindDecidesByDistance(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 30_000 {
		p := Decode(float64(randomPoint(rnd, MaxLat).Score()))
		s := Shape{Center: randomPoint(rnd, MaxLat), Unit: 1}
		d := Distance(s.Center, p)
		s.Radius = d * (1 + float64(rnd.IntN(5)-2)*1e-15)
		f := s.Finder()
		q, got, ok := f.Find(float64(p.Score()))
		if q != p || ok != (d <= s.Radius) || ok && got != d {
			t.Fatalf("%v from %v, %v away, in %v: %v, %v", p, s.Center, d, s.Radius, got, ok)
		}
	}
}

// TestDistance is I4, and a few lengths that are known.
func TestDistance(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for range 1000 {
		p, q := randomPoint(rnd, MaxLat), randomPoint(rnd, MaxLat)
		d := Distance(p, q)
		if Distance(q, p) != d || Distance(p, p) != 0 || d < 0 || d > math.Pi*earthRadius*1.0000001 {
			t.Fatalf("%v and %v: %v, %v", p, q, d, Distance(q, p))
		}
	}
	for _, c := range []struct {
		p, q Point
		want float64
	}{
		{Point{0, 0}, Point{180, 0}, math.Pi * earthRadius},
		{Point{0, 0}, Point{90, 0}, math.Pi * earthRadius / 2},
		{Point{10, 0}, Point{10, 45}, math.Pi * earthRadius / 4},
		{Point{-180, 10}, Point{180, 10}, 0},
	} {
		if d := Distance(c.p, c.q); math.Abs(d-c.want) > 1e-8 {
			t.Errorf("%v to %v: %v, want %v", c.p, c.q, d, c.want)
		}
	}
}

func TestValid(t *testing.T) {
	for p, want := range map[Point]bool{
		{0, 0}: true, {MaxLon, MaxLat}: true, {-MaxLon, -MaxLat}: true,
		{math.Nextafter(MaxLon, 200), 0}: false, {0, math.Nextafter(-MaxLat, -90)}: false,
		{math.Inf(1), 0}: false, {0, math.Inf(-1)}: false,
	} {
		if p.Valid() != want {
			t.Errorf("%v: %v", p, !want)
		}
	}
}

// TestTrigIsRoundedCorrectly compares with values that were computed with 200 bits.
func TestTrigIsRoundedCorrectly(t *testing.T) {
	f, err := os.Open("testdata/trig.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	functions := map[string]func(float64) float64{"sin": sin, "cos": cos, "asin": asin}
	rows := 0
	for scan := bufio.NewScanner(f); scan.Scan(); {
		row := strings.Split(scan.Text(), "\t")
		if len(row) != 3 {
			continue
		}
		x, errX := strconv.ParseFloat(row[1], 64)
		want, errWant := strconv.ParseFloat(row[2], 64)
		if errX != nil || errWant != nil {
			t.Fatalf("%s: %v, %v", row, errX, errWant)
		}
		if got := functions[row[0]](x); got != want {
			t.Errorf("%s(%v) = %v, want %v", row[0], x, got, want)
		}
		rows++
	}
	if rows < 1000 {
		t.Fatalf("only %d rows", rows)
	}
}

func FuzzFind(f *testing.F) {
	f.Add(0.0, 0.0, 100.0, 0.0, 3479099956230698.0, false)
	f.Add(180.0, 85.0, math.Inf(1), 1.0, math.Inf(-1), true)
	f.Fuzz(func(t *testing.T, lon, lat, a, b, score float64, box bool) {
		s := Shape{Center: Point{lon, lat}, Box: box, Radius: a, Width: a, Height: b, Unit: 0.3048}
		if !s.Center.Valid() || !(a >= 0) || !(b >= 0) || math.IsNaN(score) {
			return
		}
		for _, r := range s.AppendRanges(nil) {
			if !(r.Min < r.Max) || r.Min < 0 {
				t.Fatalf("%+v: %v", s, r)
			}
		}
		finder := s.Finder()
		if p, d, ok := finder.Find(score); !p.Valid() || ok && !(d >= 0) {
			t.Fatalf("%+v: %v decodes to %v, %v away", s, score, p, d)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	s := Shape{Center: Point{13.4, 52.5}, Radius: 10, Unit: 1000}
	f := s.Finder()
	scores := make([]float64, 1024)
	rnd := rand.New(rand.NewPCG(1, 1))
	for i := range scores {
		p := Point{Lon: 13.4 + (rnd.Float64()-0.5)*0.3, Lat: 52.5 + (rnd.Float64()-0.5)*0.2}
		scores[i] = float64(p.Score())
	}
	i := 0
	for b.Loop() {
		f.Find(scores[i%len(scores)])
		i++
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := Point{13.361389, 38.115556}, Point{15.087269, 37.502669}
	for b.Loop() {
		Distance(p, q)
	}
}
