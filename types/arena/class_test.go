package arena

import "testing"

func TestClassSizeIsTheSmallestClassThatFits(t *testing.T) {
	c := 0
	for n := 1; n <= smallMax; n++ {
		if n > classSize(c) {
			c++
		}
		if got := classOf(n); got != uint(c) {
			t.Fatalf("classOf(%d) = %d, want %d", n, got, c)
		}
		if got := ClassSize(n); got != classSize(c) || got%8 != 0 {
			t.Fatalf("ClassSize(%d) = %d, want %d", n, got, classSize(c))
		}
	}
	if c != classCount-1 {
		t.Fatalf("the last class is %d, want %d", c, classCount-1)
	}
}

func TestClassSizeWastesAnEighthAtMost(t *testing.T) {
	for n := linearMax + 1; n <= 4<<20; n++ {
		limit := n + n/8
		if n > smallMax {
			limit = n + pageBytes - 1
		}
		if got := ClassSize(n); got < n || got > limit {
			t.Fatalf("ClassSize(%d) = %d, want at most %d", n, got, limit)
		}
		if got := ClassSize(ClassSize(n)); got != ClassSize(n) {
			t.Fatalf("ClassSize(ClassSize(%d)) = %d, want %d", n, got, ClassSize(n))
		}
	}
}

func TestSpansLoseLittleToTheirTails(t *testing.T) {
	for c, k := range classes {
		span := int(k.pages) << pageShift
		tail := span - int(k.blocks)*int(k.sizeBytes)
		if k.blocks == 0 || tail < 0 || tail > span/32 {
			t.Errorf("class %d: %d blocks of %d bytes leave %d of %d", c, k.blocks, k.sizeBytes, tail, span)
		}
		if k.sizeBytes <= linearMax && k.pages != 1 {
			t.Errorf("class %d of %d bytes has spans of %d pages", c, k.sizeBytes, k.pages)
		}
	}
}

func TestBinsHoldWhatTheyPromise(t *testing.T) {
	last := 0
	for n := uint32(1); n < 1<<22; n += 1 + n/1000 {
		i := binOf(n)
		if i < last || i >= binCount {
			t.Fatalf("binOf(%d) = %d after %d of %d", n, i, last, binCount)
		}
		last = i
		fit := binFitting(n)
		if fit < i || fit > i+1 {
			t.Fatalf("binFitting(%d) = %d, bin is %d", n, fit, i)
		}
		if n > 1 && fit == i && binOf(n-1) == i {
			t.Fatalf("bin %d promises %d pages and takes %d", i, n, n-1)
		}
	}
}
