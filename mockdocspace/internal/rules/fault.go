package rules

import "slices"

// Fault is one misbehaviour that can be switched on.
type Fault struct {
	Name     string
	Sentence string   // what the portal then does
	Breaks   []string // ids of the requirements that must notice; none for what no requirement is about
	Where    string   // the addresses concerned
	App      string   // what a correct app does
	// EveryoneOnly marks faults that act where neither app nor user is known.
	EveryoneOnly bool
	Change       func(*Rules)
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
