package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// modulePath is ringer's own; imports below it are the arrows.
const modulePath = "github.com/ringer-kv/ringer"

// finding is one thing that is not as it should be.
type finding struct {
	file    string
	line    int
	rule    string
	message string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: [%s] %s", f.file, f.line, f.rule, f.message)
}

// file is one Go file. Its path and folder are relative to the root, with slashes.
type file struct {
	path   string
	dir    string
	text   string
	syntax *ast.File
	test   bool
}

// pkg is the non-test files of one package, whose names are resolved.
type pkg struct {
	dir   string
	name  string
	files []*file
	info  *types.Info
	types *types.Package
}

// tree is everything that the rules look at.
type tree struct {
	fset    *token.FileSet
	entries []string // of the top level
	files   []*file
	pkgs    []*pkg
	found   []finding
}

// load reads the tree under root.
func load(root string) (*tree, error) {
	t := &tree{fset: token.NewFileSet()}
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		t.entries = append(t.entries, e.Name())
	}
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(root, name, d.Name())
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return t.parse(filepath.ToSlash(rel), string(text))
	})
	if err != nil {
		return nil, err
	}
	t.resolve()
	return t, nil
}

// skipDir passes over what is not source: version control and test data.
func skipDir(root, name, base string) error {
	if name != root && (strings.HasPrefix(base, ".") || base == "testdata") {
		return filepath.SkipDir
	}
	return nil
}

// parse adds one file. Generated files are nobody's style.
func (t *tree) parse(name, text string) error {
	syntax, err := parser.ParseFile(t.fset, name, text, parser.ParseComments)
	if err != nil {
		return err
	}
	if ast.IsGenerated(syntax) {
		return nil
	}
	t.files = append(t.files, &file{
		path: name, dir: path.Dir(name), text: text, syntax: syntax,
		test: strings.HasSuffix(name, "_test.go"),
	})
	return nil
}

// resolve groups files into packages and resolves the names in them.
func (t *tree) resolve() {
	type key struct{ dir, name string }
	byKey := map[key]*pkg{}
	for _, f := range t.files {
		k := key{f.dir, f.syntax.Name.Name}
		if f.test {
			continue
		}
		if byKey[k] == nil {
			byKey[k] = &pkg{dir: k.dir, name: k.name}
			t.pkgs = append(t.pkgs, byKey[k])
		}
		byKey[k].files = append(byKey[k].files, f)
	}
	for _, p := range t.pkgs {
		p.resolve(t.fset)
	}
}

// resolve records what each identifier means. Errors are expected, since nothing
// is known of the imports, and of no interest: the compiler reports real ones.
func (p *pkg) resolve(fset *token.FileSet) {
	p.info = &types.Info{
		Uses: map[*ast.Ident]types.Object{},
		Defs: map[*ast.Ident]types.Object{},
	}
	var syntax []*ast.File
	for _, f := range p.files {
		syntax = append(syntax, f.syntax)
	}
	conf := types.Config{Importer: standIn{}, Error: func(error) {}}
	p.types, _ = conf.Check(path.Join(modulePath, p.dir), fset, syntax, p.info)
}

// decls yields the declarations of all files.
func (p *pkg) decls() iter.Seq[ast.Decl] {
	return func(yield func(ast.Decl) bool) {
		for _, f := range p.files {
			for _, decl := range f.syntax.Decls {
				if !yield(decl) {
					return
				}
			}
		}
	}
}

// standIn imports any path as an empty package.
type standIn struct{}

// Import makes the package whose name is the last element of the path that is no
// version.
func (standIn) Import(importPath string) (*types.Package, error) {
	if importPath == "unsafe" {
		return types.Unsafe, nil
	}
	name := path.Base(importPath)
	if isVersion.MatchString(name) {
		name = path.Base(path.Dir(importPath))
	}
	p := types.NewPackage(importPath, name)
	p.MarkComplete()
	return p, nil
}

var isVersion = regexp.MustCompile(`^v\d+$`)

// report adds a finding at pos.
func (t *tree) report(pos token.Pos, rule, format string, args ...any) {
	at := t.fset.Position(pos)
	t.reportLine(at.Filename, at.Line, rule, fmt.Sprintf(format, args...))
}

func (t *tree) reportLine(name string, line int, rule, message string) {
	t.found = append(t.found, finding{name, line, rule, message})
}

// check applies every rule and returns what they found, in order of place.
func check(t *tree) []finding {
	t.checkLayout()
	for _, f := range t.files {
		t.checkArrows(f)
		t.checkFunctions(f)
		t.checkColumns(f)
		t.checkComments(f)
		t.checkWire(f)
	}
	for _, p := range t.pkgs {
		t.checkCalls(p)
		t.checkState(p)
		t.checkDocs(p)
	}
	slices.SortStableFunc(t.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return t.found
}

// within tells whether dir is one of the folders, or below one.
func within(dir string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return dir == folder || strings.HasPrefix(dir, folder+"/")
	})
}
