// Package diagnosis says what the portal knew about a request besides what it
// answered: whose it was, which faults were in force, and why it was refused.
// Services note it where they decide, the journal shows it to the developer, and
// nothing of it goes over the wire.
package diagnosis

import (
	"context"
	"fmt"
	"time"
)

// Cause is why the portal refused a request.
type Cause struct {
	// Kind is short and stays the same, for programs: code.used.
	Kind string
	// Text is the sentence for people: "the code was already used 12 s ago".
	Text string
	// Facts are what the sentence is made of, by name; no secrets.
	Facts map[string]any
}

// Because returns a cause without facts.
func Because(kind, format string, arguments ...any) Cause {
	return Cause{Kind: kind, Text: fmt.Sprintf(format, arguments...)}
}

// With returns the cause with one more fact.
func (c Cause) With(name string, value any) Cause {
	facts := make(map[string]any, len(c.Facts)+1)
	for n, v := range c.Facts {
		facts[n] = v
	}
	facts[name] = value
	c.Facts = facts
	return c
}

// Note is what is known about one request. Its methods are called by whoever
// handles the request, one after the other, and do nothing on a nil note.
type Note struct {
	App    string // client id; as far as it is known, also an unknown one
	User   string // user id
	Faults []string
	Cause  Cause
}

// Concerns notes app and user; empty ones change nothing.
func (n *Note) Concerns(app, user string) {
	if n == nil {
		return
	}
	if app != "" {
		n.App = app
	}
	if user != "" {
		n.User = user
	}
}

// Fault notes a fault that was in force.
func (n *Note) Fault(name string) {
	if n != nil {
		n.Faults = append(n.Faults, name)
	}
}

// Refused notes the cause. The first one stays: it is the nearest to the decision.
func (n *Note) Refused(c Cause) {
	if n != nil && n.Cause.Kind == "" {
		n.Cause = c
	}
}

type contextKey struct{}

// Into returns a context whose request is noted down in n.
func Into(ctx context.Context, n *Note) context.Context {
	return context.WithValue(ctx, contextKey{}, n)
}

// Of returns the note of the request; nil where nobody keeps one.
func Of(ctx context.Context) *Note {
	n, _ := ctx.Value(contextKey{}).(*Note)
	return n
}

// Ago says how long something is past, as people say it: "12 s", "3 min".
func Ago(d time.Duration) string {
	switch d = d.Abs(); {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int64(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int64(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int64(d.Hours()))
	default:
		return fmt.Sprintf("%d days", int64(d.Hours()/24))
	}
}
