package main

import (
	"cmp"
	"go/ast"
	"strings"
)

// The two sentences that say who may touch a type.
var ownerSentences = []string{
	"Owned by the keyspace goroutine.", "Safe for concurrent use.",
}

// checkDocs finds exported names without a comment.
func (t *tree) checkDocs(p *pkg) {
	if p.name == "main" {
		return
	}
	for decl := range p.decls() {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && exportedReceiver(decl) {
				t.checkComment(decl.Name, decl.Doc)
			}
		case *ast.GenDecl:
			t.checkDeclDocs(p, decl)
		}
	}
}

// exportedReceiver tells whether a method is one that users of the package see.
func exportedReceiver(fn *ast.FuncDecl) bool {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return true
	}
	x := fn.Recv.List[0].Type
	for {
		switch e := x.(type) {
		case *ast.StarExpr:
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.IndexListExpr:
			x = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return true
		}
	}
}

// checkComment wants a comment whose first word is the name, an article apart.
func (t *tree) checkComment(name *ast.Ident, doc *ast.CommentGroup) {
	if doc == nil {
		t.report(name.Pos(), "doc", "%s has no comment", name.Name)
		return
	}
	text := doc.Text()
	for _, article := range []string{"A ", "An ", "The "} {
		text = strings.TrimPrefix(text, article)
	}
	if !strings.HasPrefix(text, name.Name) {
		t.report(name.Pos(), "doc", "the comment of %s does not begin with its name", name.Name)
	}
}

// checkDeclDocs looks at types, constants and variables.
func (t *tree) checkDeclDocs(p *pkg, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			t.checkTypeDoc(p, spec, cmp.Or(spec.Doc, decl.Doc))
		case *ast.ValueSpec:
			t.checkValueDoc(spec, cmp.Or(spec.Doc, spec.Comment, decl.Doc))
		}
	}
}

func (t *tree) checkTypeDoc(p *pkg, spec *ast.TypeSpec, doc *ast.CommentGroup) {
	if spec.Name.IsExported() {
		t.checkComment(spec.Name, doc)
		t.checkOwner(p, spec, doc)
	}
}

// checkValueDoc is content with a comment that a group of values shares.
func (t *tree) checkValueDoc(spec *ast.ValueSpec, doc *ast.CommentGroup) {
	for _, name := range spec.Names {
		if name.IsExported() && doc == nil {
			t.report(name.Pos(), "doc", "%s has no comment", name.Name)
		}
	}
}

// checkOwner wants one of the two sentences on exported structs of the packages
// that goroutines meet in.
func (t *tree) checkOwner(p *pkg, spec *ast.TypeSpec, doc *ast.CommentGroup) {
	_, isStruct := spec.Type.(*ast.StructType)
	if !isStruct || !within(p.dir, "keyspace", "resp", "binproto") || doc == nil {
		return
	}
	text := strings.Join(strings.Fields(doc.Text()), " ")
	for _, sentence := range ownerSentences {
		if strings.Contains(text, sentence) {
			return
		}
	}
	t.report(spec.Pos(), "owner", "%s does not say %q or %q",
		spec.Name.Name, ownerSentences[0], ownerSentences[1])
}
