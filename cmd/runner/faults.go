package main

import (
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
	AppOnly      bool     `json:"app_only"`
}

// Run lists the misbehaviours that --fault switches on.
func (f *faultsCommand) Run(s streams) error {
	if !f.JSON {
		return mockdocspace.WriteFaults(s.out)
	}
	var list []fault
	for _, known := range mockdocspace.Faults() {
		list = append(list, fault{known.Name, known.Sentence, known.Where, known.App, append([]string{}, known.Breaks...), known.EveryoneOnly, known.AppOnly})
	}
	return printJSON(s.out, list)
}
