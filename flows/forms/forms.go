// Package forms reads the HTML forms of a page and fills them in as a person does who
// signs in and then agrees: for OAuth servers whose pages nobody knows beforehand.
// What a page does with scripts it does not see.
package forms

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Form is a form of a page.
type Form struct {
	Method  string // GET or POST
	Action  *url.URL
	Fields  []Field
	Buttons []Button
}

// Field is an input, select or textarea that has a name.
type Field struct {
	Name, Value string
	Type        string // of an input, in lower case; "text" when it names none
	Checked     bool
}

// Button sends the form.
type Button struct{ Name, Value, Label string }

// Parse reads the forms of a page that was found at an address.
func Parse(page []byte, at *url.URL) ([]Form, error) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	var all []Form
	for node := range root.Descendants() {
		if node.DataAtom != atom.Form {
			continue
		}
		action, err := at.Parse(attribute(node, "action"))
		if err != nil {
			return nil, fmt.Errorf("read the address of a form: %w", err)
		}
		form := Form{Method: http.MethodGet, Action: action}
		if strings.EqualFold(attribute(node, "method"), http.MethodPost) {
			form.Method = http.MethodPost
		}
		for control := range node.Descendants() {
			form.add(control)
		}
		all = append(all, form)
	}
	return all, nil
}

func (f *Form) add(control *html.Node) {
	name, value := attribute(control, "name"), attribute(control, "value")
	if _, disabled := find(control, "disabled"); disabled {
		return
	}
	switch control.DataAtom {
	case atom.Button:
		if kind := strings.ToLower(attribute(control, "type")); kind == "" || kind == "submit" {
			f.Buttons = append(f.Buttons, Button{name, value, text(control)})
		}
	case atom.Input:
		kind := strings.ToLower(attribute(control, "type"))
		switch kind {
		case "submit", "image":
			f.Buttons = append(f.Buttons, Button{name, value, value})
			return
		case "button", "reset", "file":
			return
		case "":
			kind = "text"
		case "checkbox", "radio":
			if value == "" {
				value = "on"
			}
		}
		if _, checked := find(control, "checked"); name != "" {
			f.Fields = append(f.Fields, Field{name, value, kind, checked})
		}
	case atom.Select:
		if name != "" {
			f.Fields = append(f.Fields, Field{Name: name, Value: selected(control), Type: "select"})
		}
	case atom.Textarea:
		if name != "" {
			f.Fields = append(f.Fields, Field{Name: name, Value: text(control), Type: "textarea"})
		}
	}
}

// selected is the value of the chosen option, else of the first.
func selected(list *html.Node) string {
	var chosen *html.Node
	for option := range list.Descendants() {
		if option.DataAtom != atom.Option {
			continue
		}
		if _, is := find(option, "selected"); is || chosen == nil {
			chosen = option
		}
	}
	if chosen == nil {
		return ""
	}
	if value, ok := find(chosen, "value"); ok {
		return value
	}
	return text(chosen)
}

// identifiers are the types of field that a user's name is written in.
var identifiers = []string{"text", "email", "tel"}

// AsksPassword reports whether the form wants a password.
func (f Form) AsksPassword() bool {
	return slices.ContainsFunc(f.Fields, func(field Field) bool { return field.Type == "password" })
}

// AsksUser reports whether it wants nothing but who one is, as the first page of a
// sign-in in two steps does.
func (f Form) AsksUser() bool {
	asked := 0
	for _, field := range f.Fields {
		if slices.Contains(identifiers, field.Type) {
			asked++
		}
	}
	return asked == 1 && !f.AsksPassword()
}

// SignIn fills the form in with a user's name and password.
func (f Form) SignIn(user, password string) url.Values {
	values, named := url.Values{}, false
	for _, field := range f.Fields {
		switch {
		case field.Type == "password":
			values.Add(field.Name, password)
		case slices.Contains(identifiers, field.Type) && !named:
			values.Add(field.Name, user)
			named = true
		case field.Type == "checkbox" || field.Type == "radio":
			if field.Checked {
				values.Add(field.Name, field.Value)
			}
		default:
			values.Add(field.Name, field.Value)
		}
	}
	if len(f.Buttons) > 0 && f.Buttons[0].Name != "" {
		values.Add(f.Buttons[0].Name, f.Buttons[0].Value)
	}
	return values
}

// Agree fills the form in for consent to everything: all boxes are ticked, and the
// button is the one that agrees. ok is false when no button does: then it is no
// question that can be agreed to.
func (f Form) Agree() (values url.Values, ok bool) {
	values = url.Values{}
	radios := map[string]bool{}
	for _, field := range f.Fields {
		switch {
		case field.Type == "password" || slices.Contains(identifiers, field.Type):
			return nil, false
		case field.Type == "radio":
			if field.Checked || !radios[field.Name] {
				values.Set(field.Name, field.Value)
			}
			radios[field.Name] = true
		default:
			values.Add(field.Name, field.Value)
		}
	}
	var agreeing []Button
	for _, b := range f.Buttons {
		if !says(b, "cancel", "deny", "decline", "reject", "refuse", "disallow", "back", "abort", "no") {
			agreeing = append(agreeing, b)
		}
	}
	chosen := slices.IndexFunc(agreeing, func(b Button) bool {
		return says(b, "allow", "accept", "agree", "approve", "authorize", "authorise", "confirm", "consent", "continue", "grant", "yes")
	})
	switch {
	case len(agreeing) == 0:
		return nil, false
	case chosen < 0 && len(agreeing) > 1:
		return nil, false
	case chosen < 0:
		chosen = 0
	}
	if b := agreeing[chosen]; b.Name != "" {
		values.Add(b.Name, b.Value)
	}
	return values, true
}

// says reports whether one of the words stands on a button or in what it sends.
func says(b Button, words ...string) bool {
	for _, said := range []string{b.Label, b.Value, b.Name} {
		for word := range strings.FieldsFuncSeq(strings.ToLower(said), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if slices.Contains(words, word) {
				return true
			}
		}
	}
	return false
}

func attribute(node *html.Node, name string) string {
	value, _ := find(node, name)
	return value
}

func find(node *html.Node, name string) (value string, ok bool) {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func text(node *html.Node) string {
	var all strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			all.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(all.String())
}
