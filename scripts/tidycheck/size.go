package main

import (
	"go/ast"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	maxLines   = 70
	maxNesting = 3
	maxParams  = 4
	maxColumns = 100
)

// checkFunctions measures the functions of one file.
func (t *tree) checkFunctions(f *file) {
	for _, decl := range f.syntax.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if n := fn.Type.Params.NumFields(); n > maxParams {
			t.report(fn.Pos(), "params", "%s has %d parameters, not at most %d",
				fn.Name.Name, n, maxParams)
		}
		if fn.Body != nil {
			t.checkLength(fn)
			t.checkNesting(fn)
		}
	}
}

// checkLength counts the lines from func to the closing brace.
func (t *tree) checkLength(fn *ast.FuncDecl) {
	n := t.fset.Position(fn.End()).Line - t.fset.Position(fn.Pos()).Line + 1
	if n <= maxLines {
		return
	}
	reason, marked := directive(fn.Doc, "long")
	switch {
	case !marked:
		t.report(fn.Pos(), "long", "%s has %d lines, not at most %d", fn.Name.Name, n, maxLines)
	case reason == "":
		t.report(fn.Pos(), "long", "//tidy:long on %s gives no reason", fn.Name.Name)
	case !flatSwitch(fn):
		t.report(fn.Pos(), "long", "%s is no flat switch, so //tidy:long does not help it",
			fn.Name.Name)
	}
}

// flatSwitch tells whether a switch makes the function long: without its switches
// the function would be short enough, and nothing in them nests further. A loop around
// the switch, as a machine has, is not counted.
func flatSwitch(fn *ast.FuncDecl) bool {
	deepest := 0
	body := fn.Body
	for _, s := range body.List {
		if loop, ok := s.(*ast.ForStmt); ok && loop.Cond == nil {
			body = loop.Body
		}
	}
	nest(body, 0, func(_ ast.Stmt, depth int) { deepest = max(deepest, depth) })
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			found = true
		}
		return true
	})
	return found && deepest <= 2
}

// directive returns the text behind //tidy:<name> in a comment.
func directive(doc *ast.CommentGroup, name string) (reason string, found bool) {
	if doc == nil {
		return "", false
	}
	for _, c := range doc.List {
		if rest, ok := strings.CutPrefix(c.Text, "//tidy:"+name); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// checkNesting reports the first statement of each too deep branch.
func (t *tree) checkNesting(fn *ast.FuncDecl) {
	nest(fn.Body, 0, func(s ast.Stmt, depth int) {
		if depth == maxNesting+1 {
			t.report(s.Pos(), "nesting", "%s nests deeper than %d here", fn.Name.Name, maxNesting)
		}
	})
}

// nest calls visit for every control statement below n with its depth. An else if
// is as deep as its if; a function literal begins anew.
func nest(n ast.Node, depth int, visit func(s ast.Stmt, depth int)) {
	ast.Inspect(n, func(child ast.Node) bool {
		if child == n {
			return true
		}
		switch s := child.(type) {
		case *ast.FuncLit:
			nest(s.Body, 0, visit)
			return false
		case *ast.IfStmt:
			nestIf(s, depth+1, visit)
			return false
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt,
			*ast.SelectStmt:
			visit(s.(ast.Stmt), depth+1)
			nest(s, depth+1, visit)
			return false
		}
		return true
	})
}

// nestIf visits a whole chain of if and else if at one depth.
func nestIf(s *ast.IfStmt, depth int, visit func(s ast.Stmt, depth int)) {
	visit(s, depth)
	if s.Init != nil {
		nest(s.Init, depth, visit)
	}
	nest(s.Cond, depth, visit)
	nest(s.Body, depth, visit)
	switch other := s.Else.(type) {
	case *ast.IfStmt:
		nestIf(other, depth, visit)
	case *ast.BlockStmt:
		nest(other, depth, visit)
	}
}

// checkColumns measures the lines of one file; a tab is one column, as gofmt's
// indentation is the reader's choice.
func (t *tree) checkColumns(f *file) {
	line := 0
	for text := range strings.Lines(f.text) {
		line++
		if n := utf8.RuneCountInString(strings.TrimRight(text, "\r\n")); n > maxColumns {
			t.reportLine(f.path, line, "columns", "the line is longer than 100 columns")
		}
	}
}

// The words are put together so that this file does not find itself.
var postponed = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)

// checkComments finds postponed work.
func (t *tree) checkComments(f *file) {
	for _, group := range f.syntax.Comments {
		for _, c := range group.List {
			if word := postponed.FindString(c.Text); word != "" {
				t.report(c.Pos(), "todo", "%s: do it, or write an issue", word)
			}
		}
	}
}
