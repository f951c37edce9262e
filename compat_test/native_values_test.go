package compat_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// notOnNative holds the commands whose replies differ between the ports, with the reason.
var notOnNative = map[string]string{
	"HELLO": "the native protocol has one version and no RESP3 to switch to",
	"QUIT":  "compared on its own, with the close",
	"KEYS":  "bare KEYS is KEYS * there: compared only with a pattern",
}

// nativeDifference runs s on redis through RESP2 and on ringer through the native port, and
// compares values: doubles as numbers, errors as text, any nil as nil.
func (p pair) nativeDifference(s script) (*difference, error) {
	redis, err := openFor(p.redis, 2)
	if err != nil {
		return nil, err
	}
	defer redis.close()
	ringer, err := dialNative(p.ringer.nativeAddr)
	if err != nil {
		return nil, err
	}
	defer ringer.close()
	if v, err := ringer.do("FLUSHALL"); err != nil || v.text != "OK" {
		return nil, fmt.Errorf("native FLUSHALL: %q, %w", v.text, err)
	}
	for start := 0; start < len(s.steps); start += s.pipeline {
		end := min(start+s.pipeline, len(s.steps))
		steps := slices.DeleteFunc(slices.Clone(s.steps[start:end]), skippedOnNative)
		if d := nativeDifferenceInBatch(redis, ringer, steps); d != nil {
			return &difference{start + indexOf(s.steps[start:end], d.index), d.want, d.got}, nil
		}
	}
	return nil, nil
}

// indexOf finds the position, skipped steps included, of the n-th step that is not skipped.
func indexOf(steps []step, n int) int {
	for i, step := range steps {
		if skippedOnNative(step) {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return len(steps) - 1
}

func skippedOnNative(s step) bool {
	name := strings.ToUpper(s.args[0])
	_, skip := notOnNative[name]
	return skip && (name != "KEYS" || len(s.args) == 1)
}

func nativeDifferenceInBatch(redis *conn, ringer *nativeConn, steps []step) *difference {
	var batch, frames []byte
	for _, step := range steps {
		batch = appendCommand(batch, step.args)
		frames = appendFrame(frames, step.args)
	}
	_ = redis.write(batch) // a failing write shows as a failing read
	_ = ringer.write(frames)
	for i, step := range steps {
		want := redis.answer()
		v, err := ringer.read()
		got := answer{reply{value: v.value}, goneBecause(err)}
		if want.gone != got.gone || want.gone == "" && !step.sameValue(want.value, got.value) {
			return &difference{i, want.String(), got.gone + describe(got.value)}
		}
	}
	return nil
}

func (s step) sameValue(want, got value) bool {
	if s.compare != nil {
		return s.compare.equal(want, got, equivalent)
	}
	return equivalent(want, got)
}

// oneLine does what RESP must, and the native protocol need not, with the text of an error.
var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

// equivalent is the matcher between a RESP2 reply and a native one.
func equivalent(want, got value) bool {
	if want.null || got.null {
		return want.null == got.null
	}
	if got.kind == ',' {
		w, wantErr := strconv.ParseFloat(want.text, 64)
		g, gotErr := strconv.ParseFloat(got.text, 64)
		return wantErr == nil && gotErr == nil && sameDouble(w, g) && want.kind == '$'
	}
	if got.kind == '-' {
		got.text = oneLine.Replace(strings.Trim(got.text, "\r\n"))
	}
	return canonicalKind(want.kind) == canonicalKind(got.kind) && want.text == got.text &&
		slices.EqualFunc(want.elems, got.elems, equivalent)
}

// sameDouble allows a double what RESP leaves out of a longitude near 0: it has 17 digits behind
// the point.
func sameDouble(want, got float64) bool {
	return want == got || math.Abs(want-got) <= 0.5000001e-17
}

// canonicalKind joins the kinds that carry the same value.
func canonicalKind(kind byte) byte {
	switch kind {
	case '+', '=':
		return '$'
	case '%', '~':
		return '*'
	case '!':
		return '-'
	}
	return kind
}

// describe is a value as a person reads it.
func describe(v value) string {
	switch {
	case v.kind == 0:
		return ""
	case v.null:
		return "nil"
	case canonicalKind(v.kind) == '*':
		parts := make([]string, len(v.elems))
		for i, elem := range v.elems {
			parts[i] = describe(elem)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return string(v.kind) + strconv.Quote(v.text)
}
