package glob

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The golden files hold what redis-server 7.0.15 answered. To ask again, start one that may lose
// its data, and run: go test ./types/glob -run Golden -oracle <port>
var oraclePort = flag.String("oracle", "", "port of a redis-server that rewrites testdata")

// A golden file has the texts that were matched in its first line, then one line for each
// pattern: the pattern, and the positions of the texts that it matched.
const (
	keysGolden   = "testdata/keys.txt"   // KEYS: with case
	configGolden = "testdata/config.txt" // CONFIG GET: without case
)

// askRedis sends inline commands and gives the lines of all replies.
func askRedis(t *testing.T, commands []string) []string {
	t.Helper()
	cli := exec.Command("redis-cli", "-p", *oraclePort)
	cli.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	out, err := cli.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// quote writes s as an argument of an inline command.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	b.WriteByte('"')
	return b.String()
}

func randomText(rnd *rand.Rand, letters string, most int) string {
	var b strings.Builder
	for range rnd.IntN(most + 1) {
		b.WriteByte(letters[rnd.IntN(len(letters))])
	}
	return b.String()
}

// oddPatterns are those that doc.go names, and their neighbours.
var oddPatterns = []string{
	"", "*", "**", "?", "a", "[", "[^", "[]", "[^]", "[]a]", "[^]a]", "[a", "[^a", "[ab", "[a-",
	"[a-c", "[a-]", "[a-]]", "[a-]b]", "[c-a]", "[-a]", "[a-b-c]", "[--a]", `[\]]`, `[\`, `[^\`,
	`[a\`, `[\a-c]`, `[a-\]`, `[a-\]]`, `[a-\`, `\`, `a\`, `\\`, `\*`, `\a`, `*\`, "[^^]", "[^-b]",
	"[a-\xff]", "[\xff-a]", "[\x80-\xff]", "[*]", "[?]", "*a", "a*", "*a*", "a*b*c", "a**c",
	"*[", "*[^", "[^*", "*?", "?*", "??", "*[a]*", "a[b]c", "]", "a]", "-", "^", "[A-z]", "[Z-a]",
}

func updateKeys(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 8))
	texts := []string{""}
	for len(texts) < 200 {
		s := randomText(rnd, "abcABz]-^\\*[\xff\x80\x00", 5)
		if !slices.Contains(texts, s) {
			texts = append(texts, s)
		}
	}
	patterns := slices.Clone(oddPatterns)
	for len(patterns) < 1200 {
		patterns = append(patterns, randomText(rnd, "abcAz***??[[]]^--\\\xff", 8))
	}
	// KEYS itself takes a lone star for every key, the empty one too, and doesn't match.
	patterns = slices.DeleteFunc(patterns, func(p string) bool { return p == "*" })
	commands := []string{"FLUSHALL"}
	for i, s := range texts {
		commands = append(commands, fmt.Sprintf("SET %s %d", quote(s), i))
	}
	const script = "local a = {}; for _, k in ipairs(redis.call('KEYS', ARGV[1])) do " +
		"a[#a + 1] = tonumber(redis.call('GET', k)) end; " +
		"table.sort(a); return table.concat(a, ',')"
	for _, p := range patterns {
		commands = append(commands, `EVAL "`+script+`" 0 `+quote(p))
	}
	replies := askRedis(t, append(commands, "FLUSHALL"))
	writeFile(t, keysGolden, golden(texts, patterns, replies[len(texts)+1:]))
}

func updateConfig(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 8))
	var texts []string
	for i, line := range askRedis(t, []string{"CONFIG GET *"}) {
		if i%2 == 0 {
			texts = append(texts, line)
		}
	}
	var patterns []string
	for len(patterns) < 600 {
		// Without one of *?[ the server looks the name up instead.
		p := randomText(rnd, "aeiEIT**?--", 4) + "*" + randomText(rnd, "aeiEISZ*[[]^-\\", 6)
		patterns = append(patterns, p)
	}
	var lists []string
	for _, p := range patterns {
		var matched []string
		for i, line := range askRedis(t, []string{"CONFIG GET " + quote(p)}) {
			if at := slices.Index(texts, line); i%2 == 0 && at >= 0 {
				matched = append(matched, strconv.Itoa(at))
			}
		}
		slices.SortFunc(matched, func(a, b string) int {
			x, _ := strconv.Atoi(a)
			y, _ := strconv.Atoi(b)
			return x - y
		})
		lists = append(lists, strings.Join(matched, ","))
	}
	writeFile(t, configGolden, golden(texts, patterns, lists))
}

// golden builds the file.
func golden(texts, patterns, lists []string) []byte {
	var b strings.Builder
	for _, s := range texts {
		b.WriteString(strconv.Quote(s) + "\t")
	}
	for i, p := range patterns {
		b.WriteString("\n" + strconv.Quote(p) + "\t" + lists[i])
	}
	b.WriteString("\n")
	return []byte(b.String())
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func unquote(t *testing.T, s string) []byte {
	t.Helper()
	text, err := strconv.Unquote(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return []byte(text)
}

func checkGolden(t *testing.T, path string, nocase bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	var texts [][]byte
	for _, s := range strings.Split(strings.TrimSuffix(lines[0], "\t"), "\t") {
		texts = append(texts, unquote(t, s))
	}
	matches := 0
	for _, line := range lines[1:] {
		quoted, want, _ := strings.Cut(line, "\t")
		pattern := unquote(t, quoted)
		var matched []string
		for i, s := range texts {
			if Match(pattern, s, nocase) {
				matched = append(matched, strconv.Itoa(i))
			}
		}
		matches += len(matched)
		if got := strings.Join(matched, ","); got != want {
			t.Errorf("%q matches %.80s\nredis-server: %.80s", pattern, got, want)
		}
	}
	if len(lines) < 500 || matches < 1000 {
		t.Errorf("%s: %d lines, %d matches", path, len(lines), matches)
	}
}

func TestGoldenKeys(t *testing.T) {
	if *oraclePort != "" {
		updateKeys(t)
	}
	checkGolden(t, keysGolden, false)
}

func TestGoldenConfig(t *testing.T) {
	if *oraclePort != "" {
		updateConfig(t)
	}
	checkGolden(t, configGolden, true)
}
