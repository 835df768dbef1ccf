package rules

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// Subject says whom a fault concerns. The zero value is everyone.
type Subject struct {
	App  string // client id
	User string // user id
}

// Active is a fault that is switched on.
type Active struct {
	ID      int
	Fault   string // a name of the catalogue
	Subject Subject
	Uses    int64 // requests in which it was in force
}

// Book holds the portal's profile and the faults that are on. It is safe for
// concurrent use; while no fault is on, reading it is one pointer load.
type Book struct {
	base Rules
	mu   sync.Mutex
	next int
	page atomic.Pointer[page]
}

// page is replaced as a whole.
type page struct {
	everyone Rules // the profile and the faults that concern everyone
	active   []*entry
	targeted bool
}

type entry struct {
	Active
	change func(*Rules)
	uses   atomic.Int64
}

// NewBook returns a book of the given profile with no fault on.
func NewBook(base Rules) *Book {
	b := &Book{base: base}
	b.rebuild(nil)
	return b
}

// Add switches a fault on and returns its id.
// The error names the catalogue when the fault is unknown.
func (b *Book) Add(name string, subject Subject) (int, error) {
	fault, ok := FaultNamed(name)
	if !ok {
		return 0, fmt.Errorf("fault %q is unknown: GET /mock/faults/catalogue lists them", name)
	}
	if subject != (Subject{}) && fault.EveryoneOnly {
		return 0, fmt.Errorf("fault %q acts before the portal knows app or user: leave both out", name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	active := slices.Clone(b.page.Load().active)
	b.rebuild(append(active, &entry{Active: Active{ID: b.next, Fault: name, Subject: subject}, change: fault.Change}))
	return b.next, nil
}

// Remove switches one fault off and reports whether it was on.
func (b *Book) Remove(id int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	active := b.page.Load().active
	rest := slices.DeleteFunc(slices.Clone(active), func(e *entry) bool { return e.ID == id })
	b.rebuild(rest)
	return len(rest) < len(active)
}

// Clear switches every fault off.
func (b *Book) Clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rebuild(nil)
}

// List returns the faults that are on, oldest first.
func (b *Book) List() []Active {
	var list []Active
	for _, e := range b.page.Load().active {
		a := e.Active
		a.Uses = e.uses.Load()
		list = append(list, a)
	}
	return list
}

func (b *Book) rebuild(active []*entry) {
	p := &page{everyone: b.base, active: active}
	for _, e := range active {
		if e.Subject == (Subject{}) {
			e.change(&p.everyone)
		} else {
			p.targeted = true
		}
	}
	b.page.Store(p)
}

type contextKey struct{}

// Into returns a context whose rules are the book's as they are now, so that a
// request sees one behaviour from beginning to end.
func (b *Book) Into(ctx context.Context) context.Context {
	p := b.page.Load()
	for _, e := range p.active {
		if e.Subject == (Subject{}) {
			e.uses.Add(1)
		}
	}
	return context.WithValue(ctx, contextKey{}, p)
}

// From returns the rules that concern everyone. Without a book in the context
// it is the profile docspace.
func From(ctx context.Context) *Rules {
	if p, ok := ctx.Value(contextKey{}).(*page); ok {
		return &p.everyone
	}
	fallback := DocSpace()
	return &fallback
}

// For returns the rules for one app and one user; either may be empty while unknown.
func For(ctx context.Context, app, user string) *Rules {
	p, ok := ctx.Value(contextKey{}).(*page)
	if !ok || !p.targeted {
		return From(ctx)
	}
	r := p.everyone
	for _, e := range p.active {
		if e.Subject == (Subject{}) || !e.Subject.matches(app, user) {
			continue
		}
		e.change(&r)
		e.uses.Add(1)
	}
	return &r
}

func (s Subject) matches(app, user string) bool {
	return (s.App == "" || s.App == app) && (s.User == "" || s.User == user)
}
