package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"docspace-oauth/suites/requirement"
)

type listCommand struct {
	Suite []string `placeholder:"NAME" help:"Only these suites."`
	ID    []string `name:"id" placeholder:"GLOB" help:"Only requirements with such an id."`
	Level []string `placeholder:"LEVEL" help:"Only these levels: MUST, SHOULD, MAY, DOCSPACE."`
	Label []string `placeholder:"LABEL" help:"Only requirements with such a need: browser, slow, races, …"`
	JSON  bool     `name:"json" help:"As JSON."`
}

// filtered leaves out what is not of the levels and labels.
func (l *listCommand) filtered(all []requirement.Requirement) ([]requirement.Requirement, error) {
	levels := []requirement.Level{requirement.Must, requirement.Should, requirement.May, requirement.DocSpace}
	for _, level := range l.Level {
		if !slices.Contains(levels, requirement.Level(strings.ToUpper(level))) {
			return nil, fmt.Errorf("no level %q: there are %v", level, levels)
		}
	}
	var kept []requirement.Requirement
	for _, r := range all {
		ofLevel := len(l.Level) == 0 || slices.ContainsFunc(l.Level, func(level string) bool { return strings.EqualFold(level, string(r.Level)) })
		labelled := len(l.Label) == 0 || slices.ContainsFunc(l.Label, func(label string) bool { return r.Has(requirement.Need(label)) })
		if ofLevel && labelled {
			kept = append(kept, r)
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("no requirement is of level %v with label %v", l.Level, l.Label)
	}
	return kept, nil
}

// Run prints a line per requirement.
func (l *listCommand) Run(s streams) error {
	chosen, err := requirement.Select(l.Suite, l.ID)
	if err != nil {
		return err
	}
	if chosen, err = l.filtered(chosen); err != nil {
		return err
	}
	if l.JSON {
		return printJSON(s.out, chosen)
	}
	for _, r := range chosen {
		fmt.Fprintf(s.out, "%-8s %-12s %-44s %s\n", r.Level, r.Suite, r.ID, r.Title)
	}
	return nil
}

type explainCommand struct {
	ID   string `arg:"" help:"Id of the requirement."`
	JSON bool   `name:"json" help:"As JSON."`
}

// Run prints everything that is known about one requirement.
func (e *explainCommand) Run(s streams) error {
	r, ok := requirement.Find(e.ID)
	if !ok {
		similar, err := requirement.Select(nil, []string{"*" + e.ID + "*"})
		if err != nil || len(similar) == 0 {
			return fmt.Errorf("no requirement has the id %q; `runner list` names them all", e.ID)
		}
		if len(similar) > 1 {
			var ids []string
			for _, candidate := range similar {
				ids = append(ids, candidate.ID)
			}
			return fmt.Errorf("no requirement has the id %q; did you mean %s?", e.ID, strings.Join(ids, ", "))
		}
		r = similar[0]
	}
	if e.JSON {
		return printJSON(s.out, r)
	}
	fmt.Fprintf(s.out, "%s  (%s, suite %s)\n\n%s\n\n", r.ID, r.Level, r.Suite, r.Title)
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(s.out, "%-10s %s\n", name, text)
		}
	}
	line("reference", r.Reference)
	line("why", r.Why)
	line("fix", r.Fix)
	portal := map[requirement.Outcome]string{
		requirement.Conforms: "conforms", requirement.Deviates: "is known to deviate",
		requirement.Either: "may do either", requirement.NotOffered: "does not offer this",
	}[r.Portal]
	if r.Known != "" {
		portal += ": " + r.Known
	}
	line("DocSpace", requirement.DefaultVersion+" "+portal)
	line("faults", strings.Join(r.Faults, ", "))
	var needs []string
	for _, n := range r.Needs {
		needs = append(needs, string(n))
	}
	line("needs", strings.Join(needs, ", "))
	return nil
}

func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
