package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/ringer-kv/ringer/keyspace"
)

// oomScoreFile is where Linux takes how readily it should end a process when memory runs out.
const oomScoreFile = "/proc/self/oom_score_adj"

// oomRange is what Linux takes there.
const oomRange = 1000

// oomScore obeys oom-score-adj.
//
// Owned by who applies the configuration: the main goroutine, then the engine's worker.
type oomScore struct {
	path string
	base int  // before the first change
	set  bool // there has been a change
}

// apply sets the score of a master: the first of oom-score-adj-values, added to what the process
// was started with (yes, relative) or as it is (absolute). Without oom-score-adj what was changed
// is put back. Redis: setOOMScoreAdj.
func (o *oomScore) apply(c *keyspace.Config) error {
	if c.OOMScoreAdj == "no" && !o.set {
		return nil
	}
	if !o.set {
		b, err := os.ReadFile(o.path)
		if err != nil {
			return err
		}
		if o.base, err = strconv.Atoi(strings.TrimSpace(string(b))); err != nil {
			return err
		}
	}
	master, _, _ := strings.Cut(c.OOMScoreAdjValues, " ")
	score, err := strconv.Atoi(master)
	if err != nil {
		return err
	}
	switch c.OOMScoreAdj {
	case "no":
		score = o.base
	case "yes", "relative":
		score += o.base
	}
	score = min(max(score, -oomRange), oomRange)
	if err := os.WriteFile(o.path, []byte(strconv.Itoa(score)), 0o644); err != nil {
		return err
	}
	o.set = c.OOMScoreAdj != "no"
	return nil
}
