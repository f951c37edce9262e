// Package avl is the ordered index of a sorted set.
package avl
