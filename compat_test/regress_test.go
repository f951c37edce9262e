package compat_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const regressFolder = "testdata/regress"

// TestRegress replays every script that once found a difference.
func TestRegress(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(regressFolder, "*.script"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".script"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, err := parseScript(file, string(text))
			if err != nil {
				t.Fatal(err)
			}
			lab.shared.compare(t, s)
		})
	}
}

// saveRegress writes a failing script where TestRegress finds it from now on.
func saveRegress(t *testing.T, s script, comment string) {
	t.Helper()
	if err := os.MkdirAll(regressFolder, 0o755); err != nil {
		t.Fatal(err)
	}
	name := strings.NewReplacer(" ", "-", ",", "").Replace(s.name)
	file := filepath.Join(regressFolder, name+".script")
	text := fmt.Sprintf("# %s\n%s", comment, s)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("saved as %s", file)
}
