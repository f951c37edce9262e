package libm

import (
	"fmt"
	"math"
	"strconv"
	"testing"
)

// TestPowersThatAreExact: glibc has these right, and package math has not all of them.
func TestPowersThatAreExact(t *testing.T) {
	for x := 1.0; x <= 40; x++ {
		want := 1.0
		for y := 0.0; y <= 40 && want < 1<<53; y++ {
			if got := Pow(x, y); got != want {
				t.Errorf("%v^%v is %v, want %v", x, y, got, want)
			}
			if got := Pow(-x, y); math.Abs(got) != want || math.Signbit(got) != isOdd(y) {
				t.Errorf("%v^%v is %v", -x, y, got)
			}
			want *= x
		}
	}
	for n := -323; n <= 308; n++ {
		if want, _ := strconv.ParseFloat(fmt.Sprintf("1e%d", n), 64); Pow(10, float64(n)) != want {
			t.Errorf("10^%d is %v", n, Pow(10, float64(n)))
		}
	}
}
