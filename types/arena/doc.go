// Package arena is memory outside the Go heap, handed out in blocks that are named by 32-bit Refs.
package arena
