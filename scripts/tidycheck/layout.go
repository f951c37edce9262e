package main

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// topLevel is what the root may hold. What begins with a dot and is not listed
// belongs to somebody's tools.
var topLevel = []string{
	"go.mod", "go.sum", "cmd", "resp", "binproto", "keyspace", "types", "compat_test",
	"scripts", "README.md", "LICENSE",
}

// emptyNames say nothing about what a folder holds.
var emptyNames = []string{
	"util", "utils", "common", "helper", "helpers", "misc", "manager", "managers",
}

func (t *tree) checkLayout() {
	for _, entry := range t.entries {
		if !strings.HasPrefix(entry, ".") && !slices.Contains(topLevel, entry) {
			t.reportLine(entry, 1, "layout", "the top level is fixed and does not hold this")
		}
	}
	for _, f := range t.files {
		for name := range strings.SplitSeq(f.dir, "/") {
			if slices.Contains(emptyNames, name) {
				t.reportLine(f.path, 1, "layout", "a folder called "+name+" says nothing")
			}
		}
		if name := f.syntax.Name.Name; slices.Contains(emptyNames, name) {
			t.report(f.syntax.Name.Pos(), "layout", "a package called %s says nothing", name)
		}
	}
}

// layer is what the files of one folder may import from ringer itself.
type layer struct {
	folder string
	may    []string // folders, each with all below it
}

// layers is the picture of the design. The first entry whose folder holds a
// package decides; a package may always import from its own folder.
var layers = []layer{
	{"types/arena", nil},
	{"types/listpack", []string{"types/num"}},
	{"types/num", nil},
	{"types/glob", nil},
	{"types/dict", []string{"types/arena"}},
	{"types/avl", []string{"types/arena"}},
	{"types", []string{"types"}},
	{"keyspace/reply", []string{"types"}},
	{"keyspace/expiry", []string{"types"}},
	{"keyspace/rdb", []string{"types"}},
	{"keyspace/inline", []string{"types"}},
	{"keyspace/lua", []string{"types"}},
	{"keyspace/acl", []string{"keyspace/inline", "keyspace/reply", "types"}},
	{"keyspace/command", []string{"keyspace", "types"}},
	{"keyspace", []string{
		"keyspace/acl", "keyspace/reply", "keyspace/expiry", "keyspace/inline", "keyspace/lua",
		"keyspace/rdb",
		"types",
	}},
	{"resp", []string{"keyspace", "types/num", "types/glob"}},
	{"binproto", []string{"keyspace", "types/num", "types/glob"}},
	{"cmd", []string{"resp", "binproto", "keyspace", "types"}},
	{"compat_test", []string{"resp", "binproto", "keyspace", "types"}},
	{"scripts", nil},
}

// guest is a module of others and the folders that may import it.
type guest struct {
	module  string
	folders []string
}

// guests lists them. What is not in it may be imported by cmd and tests only.
var guests = []guest{
	{"github.com/tidwall/redcon", []string{"resp"}},
	{"golang.org/x/sys", []string{"types/arena", "resp", "binproto", "cmd"}},
	{"github.com/prometheus", []string{"cmd/ringer-server/metrics"}},
}

// checkArrows looks at the imports of one file.
func (t *tree) checkArrows(f *file) {
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		switch own, isOwn := strings.CutPrefix(name, modulePath+"/"); {
		case name == "unsafe":
			if f.dir != "types/arena" {
				t.report(spec.Pos(), "unsafe", "only types/arena may import unsafe")
			}
		case isOwn:
			t.checkOwnImport(f, spec, own)
		default:
			t.checkGuest(f, spec, name)
		}
	}
}

// checkOwnImport looks at an import of another package of ringer.
func (t *tree) checkOwnImport(f *file, spec *ast.ImportSpec, own string) {
	if f.test {
		return
	}
	for _, l := range layers {
		if !within(f.dir, l.folder) {
			continue
		}
		if !within(own, l.may...) && !sameHouse(f.dir, own, l.folder) {
			t.report(spec.Pos(), "arrow", "%s may not import %s", f.dir, own)
		}
		return
	}
	t.report(spec.Pos(), "arrow", "%s has no place in the layers of the design", f.dir)
}

// sameHouse allows resp and resp/resptest, or binproto and binproto/client, to
// import each other; Go itself forbids the circle. Commands are not a house: one
// does not import another.
func sameHouse(from, to, folder string) bool {
	if folder == "cmd" {
		return path.Dir(from) != path.Dir(to) && within(to, from)
	}
	return folder != "keyspace" && folder != "types" && within(to, folder)
}

// checkGuest looks at an import of another module. The standard library has no
// dot in its first element.
func (t *tree) checkGuest(f *file, spec *ast.ImportSpec, name string) {
	first, _, _ := strings.Cut(name, "/")
	if !strings.Contains(first, ".") {
		return
	}
	for _, g := range guests {
		if !within(name, g.module) {
			continue
		}
		if !within(f.dir, g.folders...) && !(f.test && g.module != guests[0].module) {
			t.report(spec.Pos(), "arrow", "%s may not import %s", f.dir, name)
		}
		return
	}
	if !f.test && !within(f.dir, "cmd", "compat_test") {
		t.report(spec.Pos(), "arrow", "%s may not import the module %s", f.dir, name)
	}
}

// An error reply begins with one of these words and a space.
var wireText = regexp.MustCompile(`^-?(ERR|WRONGTYPE|NOAUTH|WRONGPASS|NOPERM|OOM|NOSCRIPT|` +
	`BUSY|BUSYKEY|BUSYGROUP|LOADING|READONLY|MASTERDOWN|MISCONF|NOPROTO|EXECABORT|MOVED|ASK|` +
	`CROSSSLOT|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|NOTBUSY|UNKILLABLE|UNBLOCKED|DENIED|NOGROUP|` +
	`INPROG|NOGOODSLAVE|NOMASTERLINK|IOERR|INVALIDOBJ) .`)

// wireFiles hold the texts, and the table by which the native protocol sorts them.
var wireFiles = []string{
	"keyspace/reply/errors.go", "keyspace/reply/errors_cluster.go",
	"keyspace/reply/errors_function.go", "keyspace/reply/errors_script.go", "keyspace/reply/code.go",
}

// checkWire finds texts of error replies that have strayed. Clients and tests
// read such texts, they don't make them.
func (t *tree) checkWire(f *file) {
	if f.test || slices.Contains(wireFiles, f.path) || !within(f.dir,
		"types", "keyspace", "resp", "binproto", "cmd/ringer-server") {
		return
	}
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err == nil && wireText.MatchString(text) {
			t.report(lit.Pos(), "wire", "error text %s belongs in %s",
				lit.Value, wireFiles[0])
		}
		return true
	})
}
