package main

import (
	"fmt"
	"os"
)

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	t, err := load(root)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tidycheck:", err)
		os.Exit(2)
	}
	found := check(t)
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		fmt.Fprintf(os.Stderr, "tidycheck: %d findings\n", len(found))
		os.Exit(1)
	}
}
