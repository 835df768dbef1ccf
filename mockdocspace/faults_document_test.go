package mockdocspace_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
)

var updateFaults = flag.Bool("update-faults", false, "write docs/faults.md anew")

const faultsDocument = "../docs/faults.md"

// faultsIntroduction is what docs/faults.md says before the table.
const faultsIntroduction = `# Misbehaviour on request

The mock breaks any of the rules below when it is asked to: to see what an app does when the portal, or the network
in between, is not as it should be, and to prove that the judge notices. This page is made from the catalogue; after
a change of it run ` + "`go test ./mockdocspace -run FaultsDocument -update-faults`" + `. The same list comes from ` + "`mockserver --faults`" + `,
` + "`runner faults`" + ` and ` + "`GET /mock/faults/catalogue`" + `.

## Switching on and off

Over HTTP:

` + "```" + `
curl -X POST http://127.0.0.1:8092/mock/faults -H 'Content-Type: application/json' \
  -d '{"name":"answer.token.503","uses":2}'
curl http://127.0.0.1:8092/mock/faults            # those that are on, with the requests they were in force in
curl -X DELETE http://127.0.0.1:8092/mock/faults/1
curl -X DELETE http://127.0.0.1:8092/mock/faults  # all of them
` + "```" + `

In a Go test ` + "`mock.Control().AddFault(ctx, control.FaultRequest{…})`" + ` does the same, and in a configuration file ` + "`faults:`" + `
lists what is on from the start. The members are the same everywhere:

| member | meaning |
|---|---|
| ` + "`name`" + ` | a name of the tables below |
| ` + "`value`" + ` | for those that take one: how long, for example |
| ` + "`app`, `user`, `tenant`" + ` (file: ` + "`portal`" + `) | the one client id, user id, portal concerned; left out: all. What acts before the portal knows app or user refuses them. |
| ` + "`uses`" + ` | in force in so many requests, then no more |
| ` + "`probability`, `seed`" + ` | the chance of being in force in a request; the seed makes chance repeat and is told when none was given |
| ` + "`from`, `until`" + ` | not before and no more from then on, by the portal's clock (RFC 3339) |
| ` + "`answer`" + ` | instead of a name, over HTTP and in Go: the next request of that method and path gets exactly this status, header and body |

A request is decided about once: a fault is in force in all of it or not at all. Only requests to the addresses that a
fault is about are counted; of those to come back with, the one in which the browser goes back to the app.

Tests that run side by side can give each request its own fault with the header ` + "`X-Mock-Fault: NAME`" + ` or
` + "`X-Mock-Fault: NAME=VALUE`" + `. It has no effect unless the configuration says ` + "`fault-header: true`" + `.

`

// faultsPage is docs/faults.md as the catalogue has it: a table for each beginning of
// names, in the order in which they come up.
func faultsPage() string {
	var areas []string
	tables := map[string]string{}
	for _, fault := range mockdocspace.Faults() {
		area := fault.Name[:strings.LastIndexByte(fault.Name, '.')]
		if tables[area] == "" {
			areas = append(areas, area)
			tables[area] = "| fault | what the portal does | where | what a correct app does | checks that notice |\n|---|---|---|---|---|\n"
		}
		var checks []string
		for _, id := range fault.Breaks {
			checks = append(checks, "`"+id+"`")
		}
		sentence := fault.Sentence
		if fault.Value != nil {
			sentence += fmt.Sprintf(" Value: %s; `%s` if left out.", fault.Value.Meaning, fault.Value.Default)
		}
		tables[area] += fmt.Sprintf("| `%s` | %s | %s | %s | %s |\n",
			fault.Name, sentence, fault.Where, fault.App, strings.Join(checks, ", "))
	}
	page := faultsIntroduction
	for _, area := range areas {
		page += "## " + area + "\n\n" + tables[area] + "\n"
	}
	return strings.TrimSuffix(page, "\n")
}

// The page is what the catalogue says.
func TestFaultsDocument(t *testing.T) {
	want := faultsPage()
	if *updateFaults {
		if err := os.WriteFile(faultsDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(faultsDocument)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the catalogue says: run go test ./mockdocspace -run FaultsDocument -update-faults", faultsDocument)
	}
}
