package main

import "slices"

// median returns the middle of values, the mean of the two middles of an even
// number of them, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[mid]
	}
	return (sorted[mid-1] + sorted[mid]) / 2
}

// ratio is how one server's figure relates to the other's: the median over the
// rounds of the quotient within a round, and the smallest and the largest of
// them. Two figures of one round saw the same machine.
type ratio struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// newRatio divides round by round. A round whose base is zero has no quotient.
func newRatio(base, other []float64) ratio {
	var quotients []float64
	for i := range min(len(base), len(other)) {
		if base[i] != 0 {
			quotients = append(quotients, other[i]/base[i])
		}
	}
	if len(quotients) == 0 {
		return ratio{}
	}
	return ratio{median(quotients), slices.Min(quotients), slices.Max(quotients)}
}
