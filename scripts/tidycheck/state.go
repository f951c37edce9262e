package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
)

// pureFolders hold code that gets time and randomness handed in and runs on
// whatever goroutine calls it.
var pureFolders = []string{
	"types", "keyspace/acl", "keyspace/command", "keyspace/expiry", "keyspace/inline",
	"keyspace/lua",
	"keyspace/rdb", "keyspace/reply",
}

// randomAllowed are the names of math/rand that make a generator of one's own.
var randomAllowed = []string{
	"New", "NewSource", "NewPCG", "NewChaCha8", "NewZipf",
	"Rand", "Source", "Source64", "PCG", "ChaCha8", "Zipf",
}

// clockCalls are the names of time that read a clock or wait for one.
var clockCalls = []string{
	"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
}

// checkCalls finds concurrency and clocks where there should be none.
func (t *tree) checkCalls(p *pkg) {
	if !within(p.dir, pureFolders...) {
		return
	}
	for _, f := range p.files {
		for _, spec := range f.syntax.Imports {
			t.checkPureImport(spec)
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.report(n.Pos(), "calls", "a go statement")
			case *ast.ChanType:
				t.report(n.Pos(), "calls", "a channel")
			case *ast.SelectorExpr:
				t.checkPureSelector(p, n)
			}
			return true
		})
	}
}

// checkPureImport finds packages that have no business in a pure folder.
func (t *tree) checkPureImport(spec *ast.ImportSpec) {
	name := strings.Trim(spec.Path.Value, `"`)
	if within(name, "sync", "net", "log") {
		t.report(spec.Pos(), "calls", "imports %s", name)
	}
}

// checkPureSelector finds clocks and the shared random generator.
func (t *tree) checkPureSelector(p *pkg, sel *ast.SelectorExpr) {
	switch from := importOf(p, sel.X); {
	case from == "time" && slices.Contains(clockCalls, sel.Sel.Name):
		t.report(sel.Pos(), "calls", "time.%s; time comes in through Ctx", sel.Sel.Name)
	case within(from, "math/rand") && !slices.Contains(randomAllowed, sel.Sel.Name):
		t.report(sel.Pos(), "calls", "rand.%s; randomness comes in through Ctx", sel.Sel.Name)
	}
}

// importOf returns the path of the package that x names, or "".
func importOf(p *pkg, x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok {
		return ""
	}
	name, ok := p.info.Uses[id].(*types.PkgName)
	if !ok {
		return ""
	}
	return name.Imported().Path()
}

// checkState finds init functions and package-level variables that can change.
func (t *tree) checkState(p *pkg) {
	written := writtenVariables(p)
	for decl := range p.decls() {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name == "init" {
				t.report(decl.Pos(), "state", "an init function")
			}
		case *ast.GenDecl:
			t.checkVariables(p, decl, written)
		}
	}
}

// checkVariables judges the variables of one declaration.
func (t *tree) checkVariables(p *pkg, decl *ast.GenDecl, written map[types.Object]token.Pos) {
	if decl.Tok != token.VAR {
		return
	}
	for _, spec := range decl.Specs {
		v := spec.(*ast.ValueSpec)
		_, table := directive(v.Doc, "table")
		if _, onGroup := directive(decl.Doc, "table"); onGroup {
			table = true
		}
		for i, name := range v.Names {
			if name.Name == "_" {
				continue
			}
			if pos, ok := written[p.info.Defs[name]]; ok {
				t.report(pos, "state", "writes to the package-level variable %s", name.Name)
			}
			if !table && !constant(p, v, i) {
				t.report(name.Pos(), "state",
					"%s could change; pass it in, or say why it can't: //tidy:table", name.Name)
			}
		}
	}
}

// fixedMakers are the functions whose results nobody can change.
var fixedMakers = []string{
	"errors.New", "fmt.Errorf", "regexp.MustCompile", "strings.NewReplacer",
}

// constant tells whether name i of v is set once, by its initializer, to something
// that only an assignment could change.
func constant(p *pkg, v *ast.ValueSpec, i int) bool {
	if len(v.Values) != len(v.Names) || synchronizes(p, v) {
		return false
	}
	switch x := ast.Unparen(v.Values[i]).(type) {
	case *ast.CompositeLit, *ast.BasicLit, *ast.BinaryExpr, *ast.FuncLit:
		return true
	case *ast.CallExpr:
		if sel, ok := x.Fun.(*ast.SelectorExpr); ok {
			from := importOf(p, sel.X)
			return slices.Contains(fixedMakers, path.Base(from)+"."+sel.Sel.Name)
		}
		if _, conversion := x.Fun.(*ast.ArrayType); conversion {
			return true
		}
	}
	def := p.info.Defs[v.Names[i]]
	return def != nil && plain(def.Type(), 0)
}

// synchronizes tells whether a variable names sync, which is needed only for what
// changes.
func synchronizes(p *pkg, v *ast.ValueSpec) bool {
	found := false
	ast.Inspect(v, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		found = found || ok && within(importOf(p, sel.X), "sync")
		return !found
	})
	return found
}

// plain tells whether a value of type t is copied whole: no pointer, map, channel,
// function or foreign type in it.
func plain(t types.Type, depth int) bool {
	const deepEnough = 8
	if depth > deepEnough {
		return false
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() != types.Invalid && u.Kind() != types.UnsafePointer
	case *types.Array:
		return plain(u.Elem(), depth+1)
	case *types.Struct:
		for f := range u.Fields() {
			if !plain(f.Type(), depth+1) {
				return false
			}
		}
		return true
	}
	return false
}

// writtenVariables finds the package-level variables that some statement of the
// package writes to, whole or in part, and where.
func writtenVariables(p *pkg) map[types.Object]token.Pos {
	written := map[types.Object]token.Pos{}
	mark := func(x ast.Expr) {
		if obj := packageVariable(p, x); obj != nil {
			written[obj] = x.Pos()
		}
	}
	for _, f := range p.files {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					mark(left)
				}
			case *ast.IncDecStmt:
				mark(n.X)
			case *ast.CallExpr:
				if changesFirst(n) {
					mark(n.Args[0])
				}
			}
			return true
		})
	}
	return written
}

// changesFirst tells whether a call is of a builtin that changes its first argument.
func changesFirst(call *ast.CallExpr) bool {
	id, ok := call.Fun.(*ast.Ident)
	return ok && len(call.Args) > 0 &&
		slices.Contains([]string{"delete", "clear", "copy"}, id.Name)
}

// packageVariable returns the package-level variable at the root of x.
func packageVariable(p *pkg, x ast.Expr) types.Object {
	for {
		switch e := x.(type) {
		case *ast.ParenExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.SliceExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.SelectorExpr:
			x = e.X
		case *ast.Ident:
			v, ok := p.info.Uses[e].(*types.Var)
			if !ok || p.types == nil || v.Parent() != p.types.Scope() {
				return nil
			}
			return v
		default:
			return nil
		}
	}
}
