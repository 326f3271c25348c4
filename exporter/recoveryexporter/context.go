package recoveryexporter

import (
	"errors"
	"fmt"
	"text/template"
	"text/template/parse"
)

// place is where in the text a value would stand.
type place int

const (
	placeOutside   place = iota // of JSON strings; the only one of other syntaxes
	placeString                 // inside a JSON string
	placeBackslash              // right behind a backslash in one
)

// walker puts an escaper behind each pipeline that prints something, by the
// place where it stands, as html/template does. The place must not depend on
// the values: all ways through the template have to agree about it.
type walker struct {
	syntax syntax
	tree   *parse.Tree
}

// secure changes the parsed template so that no value can leave its place.
func secure(t *template.Template, s syntax) error {
	if len(t.Templates()) > 1 || t.Tree == nil {
		return errors.New("must be one template: `define` and `block` are not supported")
	}
	w := walker{s, t.Tree}
	end, err := w.list(t.Root, placeOutside)
	if err == nil && end != placeOutside {
		err = errors.New("ends inside a JSON string")
	}
	return err
}

func (w *walker) list(l *parse.ListNode, p place) (place, error) {
	if l == nil {
		return p, nil
	}
	for _, n := range l.Nodes {
		var err error
		if p, err = w.node(n, p); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (w *walker) node(n parse.Node, p place) (place, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		return w.text(n.Text, p), nil
	case *parse.CommentNode:
		return p, nil
	case *parse.ActionNode:
		return p, w.action(n, p)
	case *parse.IfNode:
		return w.branch(&n.BranchNode, p, false)
	case *parse.WithNode:
		return w.branch(&n.BranchNode, p, false)
	case *parse.RangeNode:
		return w.branch(&n.BranchNode, p, true)
	}
	return p, fmt.Errorf("%s is not supported here", n)
}

// text follows JSON's strings.
func (w *walker) text(text []byte, p place) place {
	if w.syntax != syntaxJSON {
		return p
	}
	for _, b := range text {
		switch {
		case p == placeBackslash:
			p = placeString
		case p == placeString && b == '\\':
			p = placeBackslash
		case b == '"':
			p = placeString - p // in or out
		}
	}
	return p
}

func (w *walker) action(n *parse.ActionNode, p place) error {
	if err := checkPipe(n.Pipe); err != nil {
		return err
	}
	if len(n.Pipe.Decl) > 0 {
		return nil // sets a variable and prints nothing
	}
	name := map[syntax]string{syntaxForm: escapeForm, syntaxText: escapeText, syntaxHeader: escapeHeader}[w.syntax]
	if w.syntax == syntaxJSON {
		switch p {
		case placeOutside:
			name = escapeJSONValue
		case placeString:
			name = escapeJSONString
		case placeBackslash:
			return fmt.Errorf("%s stands right behind a backslash: its first character would be taken for an escape", n)
		}
	}
	n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(name).SetTree(w.tree).SetPos(n.Pos)},
	})
	return nil
}

// branch wants both ways to end in the same place, and a loop where it began.
func (w *walker) branch(n *parse.BranchNode, p place, loop bool) (place, error) {
	if err := checkPipe(n.Pipe); err != nil {
		return p, err
	}
	one, err := w.list(n.List, p)
	if err != nil {
		return p, err
	}
	other, err := w.list(n.ElseList, p)
	if err != nil {
		return p, err
	}
	if one != other || loop && one != p {
		return p, fmt.Errorf("{{%s}} opens or closes a JSON string in one of its branches only", n.Pipe)
	}
	return one, nil
}

// checkPipe lets printf have no format but a literal one: a width in somebody's
// telemetry could ask for megabytes.
func checkPipe(p *parse.PipeNode) error {
	if p == nil {
		return nil
	}
	for _, c := range p.Cmds {
		if f, ok := c.Args[0].(*parse.IdentifierNode); ok && f.Ident == "printf" {
			if len(c.Args) < 2 || c.Args[1].Type() != parse.NodeString {
				return fmt.Errorf("{{%s}}: the format of printf must be a literal text", p)
			}
		}
		for _, a := range c.Args {
			if chain, ok := a.(*parse.ChainNode); ok {
				a = chain.Node // (a pipeline).Field
			}
			if inner, ok := a.(*parse.PipeNode); ok {
				if err := checkPipe(inner); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
