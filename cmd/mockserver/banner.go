package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"docspace-oauth/mockdocspace"
)

// printBanner tells a developer what runs here and what to put into an app's
// environment.
func printBanner(out io.Writer, portal *mockdocspace.Portal, c command) {
	url := portal.URL()
	fmt.Fprintf(out, "\nmockdocspace, a DocSpace portal for development. NOT FOR PRODUCTION.\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(table, "  %s\t%s\n", name, value) }
	row("portal", url)
	row("second portal", portal.SecondURL())
	row("sign in as", strings.Join(mockdocspace.SeedEmails(), ", "))
	row("password", mockdocspace.SeedPassword)
	row("control API", url+"/mock/")
	if c.DemoApp != "" {
		row("demo app", "http://"+c.DemoApp+"/   <- open this")
	}
	row("behaviour", c.Profile+", "+c.Variant)
	_ = table.Flush()
	fmt.Fprintf(out, "\n  # .env of an app\n  CLIENT_ID=%s\n  CLIENT_SECRET=%s\n  REDIRECT_URI=%s\n  CLIENT_SCOPES=accounts.self:read\n  API_BASE_URL=%s\n  API_BASE_PATH=/api/2.0\n\n",
		mockdocspace.DemoClientID, mockdocspace.DemoClientSecret, mockdocspace.DemoRedirectURI, url)
}

// printFaults lists the catalogue.
func printFaults(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, fault := range mockdocspace.Faults() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", fault.Name, fault.Sentence, strings.Join(fault.Breaks, ", "))
	}
	_ = table.Flush()
}
