package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"docspace-oauth/mockdocspace/internal/diagnosis"
)

// Book holds the portal's profile and the faults that are on. It is safe for
// concurrent use; while no fault is on, reading it is one pointer load.
type Book struct {
	base Rules
	now  func() time.Time
	mu   sync.Mutex
	next int
	page atomic.Pointer[page]
}

// page is replaced as a whole.
type page struct {
	everyone Rules // the profile and the faults that always concern everyone
	active   []*entry
	sometime bool // some faults concern not everyone, or not always
	targeted bool // some faults concern one app or user
	late     bool // some faults concern the way back to the app
	now      func() time.Time
}

// NewBook returns a book of the given profile with no fault on, by the machine's
// clock.
func NewBook(base Rules) *Book { return NewBookAt(base, time.Now) }

// NewBookAt is NewBook by another clock, which the moments of occasions are told by.
func NewBookAt(base Rules, now func() time.Time) *Book {
	b := &Book{base: base, now: now}
	b.rebuild(nil)
	return b
}

// Add switches a fault on for a subject, in every request, and returns its id.
// The error names the catalogue when the fault is unknown.
func (b *Book) Add(name string, subject Subject) (int, error) {
	active, err := b.Switch(name, "", subject, Occasion{})
	return active.ID, err
}

// Switch switches a fault on with a value, empty for its default, for a subject on some
// occasions. The error says what of it makes no sense. Requests that the fault does not concern by their path are
// no occasions.
func (b *Book) Switch(name, value string, subject Subject, when Occasion) (Active, error) {
	fault, ok := FaultNamed(name)
	if !ok {
		return Active{}, fmt.Errorf("fault %q is unknown: GET /mock/faults/catalogue lists them", name)
	}
	if (subject.App != "" || subject.User != "") && fault.EveryoneOnly {
		return Active{}, fmt.Errorf("fault %q acts before the portal knows app or user: leave both out", name)
	}
	if subject.User != "" && fault.AppOnly {
		return Active{}, fmt.Errorf("fault %q acts before the portal knows the user: leave him out", name)
	}
	if err := when.Check(); err != nil {
		return Active{}, fmt.Errorf("fault %q: %w", name, err)
	}
	change, err := fault.ChangeBy(value)
	if err != nil {
		return Active{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	e := newEntry(Active{ID: b.next, Fault: name, Value: value, Subject: subject, Occasion: when}, change)
	e.paths, e.late = areaOf(name).paths, strings.HasPrefix(name, returning)
	b.rebuild(append(slices.Clone(b.page.Load().active), e))
	return e.report(), nil
}

// SwitchLiteral makes the next request, or as many as the occasion limits it to, get
// exactly that answer.
func (b *Book) SwitchLiteral(literal Literal, subject Subject, when Occasion) (Active, error) {
	if err := literal.check(); err != nil {
		return Active{}, err
	}
	if err := when.Check(); err != nil {
		return Active{}, err
	}
	if when.Limit == 0 {
		when.Limit = 1
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	e := newEntry(Active{ID: b.next, Fault: LiteralFault, Subject: subject, Occasion: when}, func(r *Rules) { r.Gate.Literal = literal })
	e.method, e.exact = literal.Method, literal.Path
	b.rebuild(append(slices.Clone(b.page.Load().active), e))
	return e.report(), nil
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

// List returns the faults that are on, oldest first; those that are used up too.
func (b *Book) List() []Active {
	var list []Active
	for _, e := range b.page.Load().active {
		list = append(list, e.report())
	}
	return list
}

func (b *Book) rebuild(active []*entry) {
	p := &page{everyone: b.base, active: active, now: b.now}
	for _, e := range active {
		p.targeted = p.targeted || e.personal()
		p.late = p.late || e.late
		if e.always() {
			e.change(&p.everyone)
		} else {
			p.sometime = true
		}
	}
	b.page.Store(p)
}

type contextKey struct{}

// quiet is a context without faults, which nearly every request has: it is made and
// asked in half of the time that context.WithValue takes.
type quiet struct {
	context.Context
	page *page
}

// Value implements context.Context.
func (q *quiet) Value(key any) any {
	if key == (contextKey{}) {
		return q.page
	}
	return q.Context.Value(key)
}

// sight is what one request sees: the page as it was when the request came, and
// which of the faults that act sometimes act in it, decided once.
type sight struct {
	*page
	request  Request
	everyone *Rules // with what acts on everyone in this request
	note     *diagnosis.Note
	presumed string // user

	mu       sync.Mutex
	decided  map[*entry]bool
	answered bool // by a literal answer; the next one is for the next request
}

// Into returns a context whose rules are the book's as they are now, so that a
// request sees one behaviour from beginning to end.
func (b *Book) Into(ctx context.Context) context.Context { return b.IntoRequest(ctx, Request{}) }

// Request is what a book is told of a request.
type Request struct {
	Tenant       int64  // portal id
	Method, Path string // empty: anything
}

// IntoRequest is Into for faults that concern some requests only.
func (b *Book) IntoRequest(ctx context.Context, r Request) context.Context {
	p := b.page.Load()
	if len(p.active) == 0 {
		return &quiet{ctx, p}
	}
	s := &sight{page: p, request: r, everyone: &p.everyone, note: diagnosis.Of(ctx)}
	for _, e := range p.active {
		switch {
		case e.always():
			if e.concerns(r) {
				e.uses.Add(1)
				s.note.Fault(e.Fault)
			}
		case !e.late && !e.personal() && e.Subject.matches(r.Tenant, "", "") && s.acts(e):
			if s.everyone == &p.everyone {
				changed := p.everyone
				s.everyone = &changed
			}
			e.change(s.everyone)
		}
	}
	return context.WithValue(ctx, contextKey{}, s)
}

// acts decides, once per request, whether an entry is in force.
func (s *sight) acts(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if decided, ok := s.decided[e]; ok {
		return decided
	}
	if s.decided == nil {
		s.decided = map[*entry]bool{}
	}
	literal := e.exact != ""
	acts := e.concerns(s.request) && !(literal && s.answered) && e.happens(s.now)
	s.decided[e] = acts
	if acts {
		s.note.Fault(e.Fault)
	}
	s.answered = s.answered || literal && acts
	return acts
}

// From returns the rules that concern everyone. Without a book in the context
// it is the profile docspace.
func From(ctx context.Context) *Rules {
	switch seen := ctx.Value(contextKey{}).(type) {
	case *page:
		return &seen.everyone
	case *sight:
		return seen.everyone
	}
	fallback := DocSpace()
	return &fallback
}

// With returns a context in which these faults are in force besides: for one request
// that asks for them itself, by name or by name=value. The error names a fault that is
// unknown, or a value that it does not take.
func With(ctx context.Context, asked ...string) (context.Context, error) {
	changed := *From(ctx)
	for _, one := range asked {
		name, value, _ := strings.Cut(one, "=")
		fault, ok := FaultNamed(name)
		if !ok {
			return ctx, fmt.Errorf("fault %q is unknown: GET /mock/faults/catalogue lists them", name)
		}
		change, err := fault.ChangeBy(value)
		if err != nil {
			return ctx, err
		}
		change(&changed)
		diagnosis.Of(ctx).Fault(name)
	}
	s := &sight{page: &page{}, everyone: &changed, note: diagnosis.Of(ctx)}
	if seen, ok := ctx.Value(contextKey{}).(*sight); ok {
		s.page, s.request = seen.page, seen.request
	}
	return context.WithValue(ctx, contextKey{}, s), nil
}

// Quiet reports that no fault is on. False where there is no book.
func Quiet(ctx context.Context) bool {
	_, quiet := ctx.Value(contextKey{}).(*page)
	return quiet
}

// Targeted reports whether some fault concerns one app or user, so that it is worth
// finding out who asks.
func Targeted(ctx context.Context) bool {
	s, ok := ctx.Value(contextKey{}).(*sight)
	return ok && s.targeted
}

// Presume tells whose a request seems to be, for where that is not known for sure yet.
func Presume(ctx context.Context, user string) {
	if s, ok := ctx.Value(contextKey{}).(*sight); ok {
		s.presumed = user
	}
}

// For returns the rules for one app and one user; either may be empty while unknown.
// An unknown user is the presumed one.
func For(ctx context.Context, app, user string) *Rules {
	seen := ctx.Value(contextKey{})
	if p, quiet := seen.(*page); quiet {
		return &p.everyone
	}
	s, ok := seen.(*sight)
	if !ok || !s.targeted {
		return From(ctx)
	}
	if user == "" {
		user = s.presumed
	}
	r := *s.everyone
	for _, e := range s.active {
		if !e.late && e.personal() && e.Subject.matches(s.request.Tenant, app, user) && s.acts(e) {
			e.change(&r)
		}
	}
	return &r
}

// returning is the beginning of the names of faults that act when the browser goes
// back to the app with a code.
const returning = "answer.callback."

// MayReturnOtherwise reports whether some fault concerns the way back to the app.
func MayReturnOtherwise(ctx context.Context) bool {
	if s, ok := ctx.Value(contextKey{}).(*sight); ok {
		return s.late || s.everyone.Gate.Callback != (Callback{})
	}
	return false
}

// Returning is what happens to the browser that goes back to that app with a code.
// Only then, and not when the request came, is it decided whether a fault is in force:
// an authorization takes several requests, of which this is one.
func Returning(ctx context.Context, app, user string) Callback {
	r := *For(ctx, app, user)
	if s, ok := ctx.Value(contextKey{}).(*sight); ok {
		for _, e := range s.active {
			if e.late && e.Subject.matches(s.request.Tenant, app, user) && s.acts(e) {
				e.change(&r)
			}
		}
	}
	return r.Gate.Callback
}
