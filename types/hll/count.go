package hll

import "math"

// histogram counts the registers by their value.
type histogram [registerMax + 1]int

// Count is the cardinality by the registers. O(registers).
//
// Redis: hllCount.
func Count(b []byte) (uint64, error) {
	var h histogram
	if !Dense(b) {
		if err := h.addSparse(b); err != nil {
			return 0, err
		}
		return h.estimate(), nil
	}
	h.addDense(b[HeaderBytes:])
	return h.estimate(), nil
}

// addDense counts registers in groups. Neighbours are often equal, and a processor waits for a
// count that it has just written, so there are two histograms.
func (h *histogram) addDense(b []byte) {
	var other histogram
	for ; len(b) >= groupBytes; b = b[groupBytes:] {
		g := group(b)
		h[g&registerMax]++
		other[g>>6&registerMax]++
		h[g>>12&registerMax]++
		other[g>>18&registerMax]++
		h[g>>24&registerMax]++
		other[g>>30&registerMax]++
		h[g>>36&registerMax]++
		other[g>>42&registerMax]++
	}
	for value, n := range other {
		h[value] += n
	}
}

// Count is the cardinality of the union of what was merged. O(registers).
func (a *Array) Count() uint64 {
	var h histogram
	for _, value := range a.registers {
		h[value]++
	}
	return h.estimate()
}

// addSparse counts the registers of opcodes.
func (h *histogram) addSparse(b []byte) error {
	if len(b) > MaxBytes {
		return ErrCorrupt
	}
	index := 0
	for at := HeaderBytes; at < len(b); {
		o := opcodeAt(b, at)
		h[o.value] += o.run
		index += o.run
		at += o.bytes
	}
	if index != Registers {
		return ErrCorrupt
	}
	return nil
}

// estimate is the cardinality by Ertl's improved raw estimator. Products are converted before they
// are added, so that no compiler fuses the two and rounds once where Redis rounds twice.
//
// Redis: what does not fit into an int64 becomes the smallest one, as llroundl has it.
func (h *histogram) estimate() uint64 {
	const (
		m     = float64(Registers)
		alpha = 0.721347520444481703680 // 1/(2 ln 2)
	)
	z := m * tau((m-float64(h[valueBits+1]))/m)
	for value := valueBits; value >= 1; value-- {
		z += float64(h[value])
		z *= 0.5
	}
	z += float64(m * sigma(float64(h[0])/m))
	estimate := math.Round(alpha * m * m / z)
	if !(estimate < 1<<63) {
		return 1 << 63
	}
	return uint64(estimate)
}

// tau corrects for registers that are full; x is the share of those that are not.
func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	y, z := 1.0, 1-x
	for before := math.NaN(); before != z; {
		x = math.Sqrt(x)
		before = z
		y *= 0.5
		z -= float64(float64((1-x)*(1-x)) * y)
	}
	return z / 3
}

// sigma corrects for registers that are empty; x is their share.
func sigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	y, z := 1.0, x
	for before := math.NaN(); before != z; {
		x *= x
		before = z
		z += float64(x * y)
		y += y
	}
	return z
}
