package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"docspace-oauth/mockdocspace"
)

// printBanner tells a developer what runs here and what to put into an app's
// environment.
func printBanner(out io.Writer, portal *mockdocspace.Portal, demoApp string) {
	url := portal.URL()
	fmt.Fprintf(out, "\nmockdocspace, a DocSpace portal for development. NOT FOR PRODUCTION.\n\n")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, value string) { fmt.Fprintf(table, "  %s\t%s\n", name, value) }
	row("portal", url)
	if second := portal.SecondURL(); second != "" {
		row("second portal", second)
	}
	for _, user := range portal.SeedUsers() {
		row("user", user.Email+", password "+user.Password+", "+user.Type)
	}
	row("control API", url+"/mock/")
	if demoApp != "" {
		row("demo app", "http://"+demoApp+"/   <- open this")
	}
	row("behaviour", portal.Behaviour())
	_ = table.Flush()
	for _, app := range portal.SeedApps() {
		fmt.Fprintf(out, "\n  # .env of %s\n  CLIENT_ID=%s\n  CLIENT_SECRET=%s\n  REDIRECT_URI=%s\n  CLIENT_SCOPES=accounts.self:read\n  API_BASE_URL=%s\n  API_BASE_PATH=/api/2.0\n",
			app.Name, app.ID, app.Secret, app.RedirectURIs[0], url)
	}
	fmt.Fprintln(out)
}
