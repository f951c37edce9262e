package command

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
	"github.com/ringer-kv/ringer/keyspace/reply"
	"github.com/ringer-kv/ringer/types/num"
)

var lolwutSpec = keyspace.Spec{
	Name: "lolwut", Group: keyspace.Server, Since: "5.0.0", Arity: -1, Syntax: "[VERSION version]",
	Flags:   keyspace.ReadOnly | keyspace.Fast,
	Summary: "Display some computer art and the Redis version",
	Run:     lolwutCommand,
}

// lolwutCommand shows the version, and a picture to who asks for one by its number: 5 rings, 6 a
// skyline, each with its size behind it. Redis: those of its releases 5 and 6; by itself, release 7
// shows its version alone.
func lolwutCommand(c *keyspace.Ctx) {
	picture := ""
	if a := newCursor(c.Args, 1); a.IsWith("VERSION", 1) {
		version, ok := a.Int()
		if !ok {
			c.Error(reply.ErrNotInteger)
			return
		}
		draw := map[int64]func(r *rand.Rand, sizes []int) string{5: drawRings, 6: drawSkyline}[version]
		if draw != nil {
			numbers, ok := lolwutSizes(a.Rest())
			if !ok {
				c.Error(reply.ErrNotInteger)
				return
			}
			picture = draw(c.Rand, numbers)
		}
	}
	c.Reply.Verbatim("txt", picture+"Redis ver. "+keyspace.RedisVersion+"\n")
}

// lolwutSizes reads up to three sizes; what is missing is 0.
func lolwutSizes(args [][]byte) (sizes []int, ok bool) {
	sizes = make([]int, 3)
	for i := range min(len(args), len(sizes)) {
		n, ok := num.ParseInt(args[i])
		if !ok {
			return nil, false
		}
		sizes[i] = int(min(max(n, 0), math.MaxInt32))
	}
	return sizes, true
}

// size is a size within what can be shown, or the one that is shown when none is given.
func size(given, otherwise, most int) int {
	if given == 0 {
		return otherwise
	}
	return min(given, most)
}

// canvas is a picture of dots, eight of which are one character of Braille.
type canvas struct {
	width, height int
	dots          []bool
}

func newCanvas(columns, rows int) *canvas {
	width, height := 2*columns, 4*rows
	return &canvas{width: width, height: height, dots: make([]bool, width*height)}
}

// set sets a dot, if it is within the picture.
func (p *canvas) set(x, y int) {
	if x >= 0 && y >= 0 && x < p.width && y < p.height {
		p.dots[y*p.width+x] = true
	}
}

// text is the picture in lines of characters.
func (p *canvas) text() string {
	var b strings.Builder
	for top := 0; top < p.height; top += 4 {
		for left := 0; left < p.width; left += 2 {
			b.WriteRune(p.sign(top, left))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// sign is the character for the eight dots at a place.
func (p *canvas) sign(top, left int) rune {
	// The bits of a Braille character, by the row and the column of the dot.
	bits := [4][2]rune{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}
	sign := rune(0x2800)
	for y, row := range bits {
		for x, bit := range row {
			if p.dots[(top+y)*p.width+left+x] {
				sign |= bit
			}
		}
	}
	return sign
}

// drawRings draws a bell's ringing: circles around a place, fewer and fewer of whose dots are left
// the further they have come. The sizes are the columns, and how many rings there are.
func drawRings(r *rand.Rand, sizes []int) string {
	columns, rings := size(sizes[0], 66, 1000), size(sizes[1], 12, 200)
	rows := max(columns/4, 1)
	p := newCanvas(columns, rows)
	centerX, centerY := float64(p.width)/2, float64(p.height)/2
	reach := math.Hypot(centerX, centerY)
	for ring := range rings {
		radius := reach * float64(ring+1) / float64(rings)
		left := 1 - float64(ring)/float64(rings)
		for step := range int(radius*2*math.Pi) + 1 {
			if r.Float64() > left {
				continue
			}
			sin, cos := math.Sincos(float64(step) / radius)
			p.set(int(centerX+radius*cos), int(centerY+radius*sin))
		}
	}
	return p.text() + "\nRinging, drawn by chance. "
}

// drawSkyline draws houses at night, with light in some windows. The sizes are columns and rows.
func drawSkyline(r *rand.Rand, sizes []int) string {
	const sky, wall, window = "\x1b[0;30;40m \x1b[0m", "\x1b[0;90;100m \x1b[0m",
		"\x1b[0;93;103m \x1b[0m"
	columns, rows := size(sizes[0], 80, 1000), size(sizes[1], 20, 1000)
	roofs := make([]int, columns)
	for x := 0; x < columns; {
		height := 1 + r.IntN(max(rows*3/4, 1))
		for width := 4 + r.IntN(9); width > 0 && x < columns; width-- {
			roofs[x] = height
			x++
		}
	}
	var b strings.Builder
	for y := rows; y > 0; y-- {
		for x := range columns {
			switch {
			case y > roofs[x]:
				b.WriteString(sky)
			case x%2 == 1 && y%2 == 1 && r.IntN(3) == 0:
				b.WriteString(window)
			default:
				b.WriteString(wall)
			}
		}
		b.WriteByte('\n')
	}
	return b.String() + "\nA town at night. "
}
