package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// readComments collects the comments of structs and their fields.
func readComments(pattern string) (map[string]string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	comments := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				for _, s := range g.Specs {
					collect(comments, g, s.(*ast.TypeSpec))
				}
			}
		}
	}
	return comments, nil
}

func collect(comments map[string]string, g *ast.GenDecl, s *ast.TypeSpec) {
	body, ok := s.Type.(*ast.StructType)
	if !ok {
		return
	}
	comments[s.Name.Name] = oneLine(g.Doc)
	for _, f := range body.Fields.List {
		for _, n := range f.Names {
			comments[s.Name.Name+"."+n.Name] = oneLine(f.Comment)
		}
	}
}

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
