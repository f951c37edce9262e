package compat_test

import (
	"slices"
	"strings"
	"testing"
)

// TestRandomDamagedCommands damages the commands of each family, one in two, so that what a
// command refuses, and the order in which it looks at its arguments, meets all kinds of keys.
func TestRandomDamagedCommands(t *testing.T) {
	small := zsetFamilyOf((*gen).member, 5)
	for _, f := range []family{
		{"damaged strings", damagedOf(stringFamily), 250},
		{"damaged lcs", damagedOf(lcsFamily), 250},
		{"damaged bitmaps", damagedOf(bitmapFamily), 250},
		{"damaged bitfields", damagedOf(bitfieldFamily), 250},
		{"damaged keys", damagedOf(genericFamily), 250},
		{"damaged zsets", damagedOf(small), 250},
	} {
		runRandom(t, f)
	}
}

// damagedOf draws the commands of a family, half of them damaged. What two healthy servers may
// answer differently is drawn again.
func damagedOf(commands []weighted) []weighted {
	return []weighted{
		{1, func(g *gen) []string { return drawSound(g, commands, (*gen).sample) }},
		{1, func(g *gen) []string {
			return drawSound(g, commands, func(g *gen, commands []weighted) []string {
				return g.damage(g.sample(commands))
			})
		}},
	}
}

func drawSound(
	g *gen, commands []weighted, draw func(*gen, []weighted) []string,
) []string {
	for {
		if args := draw(g, commands); !unsoundWhenDamaged(args) {
			return args
		}
	}
}

// unsoundWhenDamaged says whether a command depends on the clock or on a hash table's order, needs
// scores that are equal (see lexKey), or takes hundreds of megabytes.
func unsoundWhenDamaged(args []string) bool {
	name := strings.ToUpper(args[0])
	isHuge := func(arg string) bool { return strings.HasPrefix(arg, "21474836") }
	switch name {
	case "SETEX", "PSETEX", "GETEX", "SET", "PEXPIRETIME":
		return slices.ContainsFunc(args, endsSoon) || name == "PEXPIRETIME" || name == "SETEX"
	case "SETBIT", "BITFIELD":
		return slices.ContainsFunc(args, isHuge)
	case "ZSCAN", "ZREVRANK": // ZREVRANK has had WITHSCORE since Redis 7.2
		return true
	}
	return slices.ContainsFunc(args, func(arg string) bool {
		return strings.Contains(strings.ToUpper(arg), "LEX")
	})
}
