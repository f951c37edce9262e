// Package expiry orders the entries that have a deadline by it.
package expiry
