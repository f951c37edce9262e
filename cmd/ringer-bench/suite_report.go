package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// goal is a number to reach: of the ratio, or of ringer's own figure.
type goal struct {
	AtLeast bool    `json:"at_least"` // else at most
	Value   float64 `json:"value"`
	Own     bool    `json:"own"` // ringer's figure is compared, not the ratio
	None    bool    `json:"none"`
}

// row is one line of the table: a figure of each side, round by round.
type row struct {
	Part   string    `json:"part"`
	Name   string    `json:"name"`
	Unit   string    `json:"unit"`
	Redis  []float64 `json:"redis"`
	Ringer []float64 `json:"ringer"`
	Ratio  ratio     `json:"ratio"`
	Goal   goal      `json:"goal"`
	Met    bool      `json:"met"`
	Note   string    `json:"note,omitempty"`
}

// add puts a row into the table.
func (s *suite) add(r row, rounds []pair) {
	for _, p := range rounds {
		r.Redis = append(r.Redis, p[redisSide])
		r.Ringer = append(r.Ringer, p[ringerSide])
	}
	r.Ratio = newRatio(r.Redis, r.Ringer)
	r.Met = r.Goal.met(&r)
	s.rows = append(s.rows, r)
}

// met compares the median with the goal.
func (g goal) met(r *row) bool {
	value := r.Ratio.Median
	if g.Own {
		value = median(r.Ringer)
	}
	if g.AtLeast {
		return value >= g.Value
	}
	return value <= g.Value
}

// text shows the goal as the table does.
func (g goal) text(unit string) string {
	sign := "<="
	if g.AtLeast {
		sign = ">="
	}
	switch {
	case g.None:
		return ""
	case g.Own:
		return fmt.Sprintf("%s %g %s", sign, g.Value, unit)
	}
	return fmt.Sprintf("%s %gx", sign, g.Value)
}

// report is the result of the suite.
type report struct {
	Machine  []string `json:"machine"`
	Commands []string `json:"commands"`
	Scale    scale    `json:"scale"`
	Quick    bool     `json:"quick"`
	Took     float64  `json:"took_seconds"`
	Rows     []row    `json:"rows"`
	Notes    []string `json:"notes"`
}

func (s *suite) report(took time.Duration, quick bool) *report {
	r := &report{
		Machine: machine(), Scale: s.scale, Quick: quick, Took: took.Seconds(),
		Rows: s.rows, Notes: s.notes,
	}
	for _, p := range s.programs {
		args := p.commandLine("PORT", "PORT")
		for i, arg := range args {
			if arg == "" {
				args[i] = `""`
			}
		}
		r.Commands = append(r.Commands, fmt.Sprintf("%s: `%s-server %s` (%s)", p.name,
			p.name, strings.Join(args, " "), version(p.path)))
	}
	return r
}

// version asks a program for its version.
func version(path string) string {
	out, err := exec.Command(path, "--version").Output()
	if err != nil {
		return path
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}

// machine says where the figures come from.
func machine() []string {
	facts := []string{
		fmt.Sprintf("%s/%s, %d cores, %s", runtime.GOOS, runtime.GOARCH,
			runtime.NumCPU(), runtime.Version()),
	}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		facts = append(facts, procField(string(text), "model name"))
	}
	if text, err := os.ReadFile("/proc/version"); err == nil {
		words := strings.Fields(string(text))
		facts = append(facts, strings.Join(words[:min(3, len(words))], " "))
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		facts = append(facts, procField(string(text), "MemTotal")+" memory")
	}
	return facts
}

// procField returns the value of the first "name : value" line.
func procField(text, name string) string {
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return name + " unknown"
}

// markdown writes the table.
func (r *report) markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n\n", strings.Join(r.Machine, "; "))
	for _, c := range r.Commands {
		fmt.Fprintf(&b, "- %s\n", c)
	}
	fmt.Fprintf(&b, "\nRatios are ringer / redis, the median of interleaved rounds (smallest .. "+
		"largest); the whole took %.0f s%s.\n\n", r.Took, quickText(r.Quick))
	b.WriteString("| what | redis | ringer | ratio | spread | goal | |\n")
	b.WriteString("|---|---:|---:|---:|---:|---|---|\n")
	for i := range r.Rows {
		b.WriteString(r.Rows[i].line())
	}
	b.WriteString("\n" + r.summary())
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "- %s\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func quickText(quick bool) string {
	if quick {
		return " with `--quick`, so they are coarse"
	}
	return ""
}

// line is a row in Markdown.
func (r *row) line() string {
	if len(r.Ringer) == 0 || len(r.Redis) == 0 {
		return fmt.Sprintf("| %s | | | | | %s | %s |\n", r.Name, r.Goal.text(r.Unit), r.Note)
	}
	return fmt.Sprintf("| %s | %s | %s | %.2fx | %.2f..%.2f | %s | %s |\n",
		r.Name, number(median(r.Redis), r.Unit), number(median(r.Ringer), r.Unit),
		r.Ratio.Median, r.Ratio.Min, r.Ratio.Max, r.Goal.text(r.Unit), r.verdict())
}

// verdict is the last column.
func (r *row) verdict() string {
	var words []string
	if !r.Goal.None {
		words = append(words, map[bool]string{true: "met", false: "**not met**"}[r.Met])
	}
	if r.Note != "" {
		words = append(words, r.Note)
	}
	return strings.Join(words, "; ")
}

// number shows a figure with three digits or more, and its unit.
func number(v float64, unit string) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f %s", v, unit)
	case v >= 10:
		return fmt.Sprintf("%.1f %s", v, unit)
	}
	return fmt.Sprintf("%.3f %s", v, unit)
}

// summary counts the goals.
func (r *report) summary() string {
	graded := slices.DeleteFunc(slices.Clone(r.Rows), func(x row) bool {
		return x.Goal.None || len(x.Ringer) == 0
	})
	met := 0
	for i := range graded {
		if graded[i].Met {
			met++
		}
	}
	return fmt.Sprintf("%d of %d goals met.\n", met, len(graded))
}
