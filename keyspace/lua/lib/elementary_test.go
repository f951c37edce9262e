package lib

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/ringer-kv/ringer/types/libm"
)

// elementaryGolden holds what the functions of math in redis-server 7.0.15, with glibc 2.36 on a
// processor that multiplies and adds at once, made of random numbers: name, x, y, result.
const elementaryGolden = "testdata/elementary.txt"

// elementary are the functions with the ranges that their arguments are from; a range whose ends
// are above 0 and far apart is drawn from evenly by exponent.
var elementary = []struct {
	name       string
	run        func(x, y float64) float64
	xMin, xMax float64
	yMin, yMax float64
}{
	{"exp", first(libm.Exp), -700, 700, 0, 0},
	{"exp", first(libm.Exp), -1, 1, 0, 0},
	{"exp", first(libm.Exp), -745, -708, 0, 0},
	{"log", first(libm.Log), 1e-300, 1e300, 0, 0},
	{"log", first(libm.Log), 0.9, 1.1, 0, 0},
	{"log10", first(libm.Log10), 1e-300, 1e300, 0, 0},
	{"log10", first(libm.Log10), 0.9, 1.1, 0, 0},
	{"sin", first(libm.Sin), -10, 10, 0, 0},
	{"sin", first(libm.Sin), 1e-10, 1e300, 0, 0},
	{"cos", first(libm.Cos), -10, 10, 0, 0},
	{"cos", first(libm.Cos), 1e-10, 1e300, 0, 0},
	{"tan", first(libm.Tan), -10, 10, 0, 0},
	{"tan", first(libm.Tan), 1e-10, 1e300, 0, 0},
	{"asin", first(libm.Asin), -1, 1, 0, 0},
	{"acos", first(libm.Acos), -1, 1, 0, 0},
	{"atan", first(libm.Atan), -10, 10, 0, 0},
	{"atan", first(libm.Atan), 1e-10, 1e100, 0, 0},
	{"sinh", first(libm.Sinh), -30, 30, 0, 0},
	{"sinh", first(libm.Sinh), -1, 1, 0, 0},
	{"sinh", first(libm.Sinh), 22, 710.4, 0, 0},
	{"cosh", first(libm.Cosh), -30, 30, 0, 0},
	{"cosh", first(libm.Cosh), -1, 1, 0, 0},
	{"cosh", first(libm.Cosh), 22, 710.4, 0, 0},
	{"tanh", first(libm.Tanh), -3, 3, 0, 0},
	{"tanh", first(libm.Tanh), 1e-10, 30, 0, 0},
	{"pow", libm.Pow, 0, 100, -50, 100},
	{"pow", libm.Pow, 0, 10, -700, 700},
	{"pow", libm.Pow, 0.9, 1.1, -10, 10},
	{"atan2", libm.Atan2, -10, 10, -10, 10},
	{"atan2", libm.Atan2, 1e-100, 1e100, 1e-100, 1e100},
	{"fmod", libm.Fmod, 1e-10, 1e100, 1e-10, 1e10},
}

func first(f func(x float64) float64) func(x, y float64) float64 {
	return func(x, _ float64) float64 { return f(x) }
}

// draw is a random number of a range.
func draw(r *rand.Rand, least, most float64) float64 {
	if least > 0 && most > 1000*least {
		return math.Exp(draw(r, math.Log(least), math.Log(most)))
	}
	return least + (most-least)*r.Float64()
}

// askElementary writes elementaryGolden.
func askElementary(t *testing.T) {
	const each = 100
	r := rand.New(rand.NewPCG(1, 2))
	var out strings.Builder
	for _, f := range elementary {
		args := []string{"-p", *librariesPort, "eval", `local r = {} for i = 1, #ARGV, 2 do ` +
			`r[#r+1] = string.format('%s %s %s %.17g', '` + f.name + `', ARGV[i], ARGV[i+1], ` +
			`math.` + f.name + `(tonumber(ARGV[i]), tonumber(ARGV[i+1]))) end return r`, "0"}
		for range each {
			args = append(args, fmt.Sprintf("%.17g", draw(r, f.xMin, f.xMax)),
				fmt.Sprintf("%.17g", draw(r, f.yMin, f.yMax)))
		}
		lines, err := exec.Command("redis-cli", args...).Output()
		if err != nil {
			t.Fatal(err)
		}
		out.Write(lines)
	}
	if err := os.WriteFile(elementaryGolden, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestGoldenElementary allows one function in a hundred to be off by the last digit: glibc does
// not round all results correctly either.
func TestGoldenElementary(t *testing.T) {
	if *librariesPort != "" {
		askElementary(t)
	}
	content, err := os.ReadFile(elementaryGolden)
	if err != nil {
		t.Fatal(err)
	}
	run := make(map[string]func(x, y float64) float64)
	for _, f := range elementary {
		run[f.name] = f.run
	}
	total, off := 0, 0
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		var n [3]float64
		for i := range n {
			n[i], err = strconv.ParseFloat(fields[i+1], 64)
			if err != nil && n[i] == 0 {
				t.Fatal(err)
			}
		}
		total++
		got, want := run[fields[0]](n[0], n[1]), n[2]
		if got == want {
			continue
		}
		off++
		if math.Nextafter(got, want) != want {
			t.Errorf("%s(%v, %v) is %v, want %v", fields[0], n[0], n[1], got, want)
		}
	}
	if total < 3000 || off*100 > total {
		t.Errorf("%d of %d are off", off, total)
	}
	t.Logf("%d of %d are off by the last digit", off, total)
}
