//go:build !race

package resp

const shuffled = false
