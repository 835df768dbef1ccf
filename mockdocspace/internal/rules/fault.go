package rules

import (
	"fmt"
	"slices"
	"time"
)

// Fault is one misbehaviour that can be switched on.
type Fault struct {
	Name     string
	Sentence string   // what the portal then does
	Breaks   []string // ids of the requirements that must notice; none for what no requirement is about
	Where    string   // the addresses concerned
	App      string   // what a correct app does
	// EveryoneOnly marks faults that act where neither app nor user is known.
	EveryoneOnly bool
	// AppOnly marks faults that act where the app is known and the user is not yet.
	AppOnly bool
	Value   *Value // what can be set about it; nil: nothing
	Change  func(*Rules)
}

// Value is what can be set about a fault beside its name.
type Value struct {
	Meaning string // and how it is written
	Default string
	change  func(text string) (func(*Rules), error)
}

// ChangeBy is Change with a value; an empty one is the default.
func (f Fault) ChangeBy(value string) (func(*Rules), error) {
	switch {
	case value == "":
		return f.Change, nil
	case f.Value == nil:
		return nil, fmt.Errorf("fault %q takes no value: leave %q out", f.Name, value)
	}
	change, err := f.Value.change(value)
	if err != nil {
		return nil, fmt.Errorf("value %q of fault %q is not %s: %w", value, f.Name, f.Value.Meaning, err)
	}
	return change, nil
}

// longest bounds the times that faults take.
const longest = 10 * 365 * 24 * time.Hour

// duration is a value that is a time, and what a fault does by it.
func duration(meaning string, usual time.Duration, set func(*Rules, time.Duration)) (*Value, func(*Rules)) {
	value := &Value{Meaning: meaning + ", like 90s or 1h30m", Default: usual.String(), change: func(text string) (func(*Rules), error) {
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, err
		}
		if d <= 0 || d > longest {
			return nil, fmt.Errorf("give more than 0 and at most %s", longest)
		}
		return func(r *Rules) { set(r, d) }, nil
	}}
	return value, func(r *Rules) { set(r, usual) }
}

// Faults returns the catalogue in a fixed order.
func Faults() []Fault { return slices.Clone(catalogue) }

// FaultNamed returns the catalogue's entry of that name.
func FaultNamed(name string) (Fault, bool) {
	f, ok := byName[name]
	return f, ok
}

var byName = func() map[string]Fault {
	index := make(map[string]Fault, len(catalogue))
	for _, f := range catalogue {
		index[f.Name] = f
	}
	return index
}()
