package main

import (
	"fmt"
	"strings"

	"docspace-oauth/mockdocspace"
)

type faultsCommand struct {
	JSON bool `name:"json" help:"As JSON."`
}

// fault is an entry of the mock's catalogue as the command prints it.
type fault struct {
	Name         string   `json:"name"`
	Sentence     string   `json:"sentence"`
	Where        string   `json:"where"`
	App          string   `json:"app"`    // what a correct app does
	Breaks       []string `json:"breaks"` // requirements that notice
	EveryoneOnly bool     `json:"everyone_only"`
}

// Run lists the misbehaviours that --fault switches on.
func (f *faultsCommand) Run(s streams) error {
	var list []fault
	for _, known := range mockdocspace.Faults() {
		list = append(list, fault{known.Name, known.Sentence, known.Where, known.App, known.Breaks, known.EveryoneOnly})
	}
	if f.JSON {
		return printJSON(s.out, list)
	}
	for _, known := range list {
		fmt.Fprintf(s.out, "%-38s %s\n%-38s at %s\n", known.Name, known.Sentence, "", known.Where)
		if len(known.Breaks) > 0 {
			fmt.Fprintf(s.out, "%-38s fails %s\n", "", strings.Join(known.Breaks, ", "))
		}
	}
	return nil
}
