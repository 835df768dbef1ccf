// Package foreign holds other people's OAuth and API clients, and tests that run
// them against the mock: what works with the portal has to work here, and what
// the portal's quirks stop has to stop the same way.
//
// A server that is no portal, node/oidc-provider.mjs, is what the runner is tried on
// (TestForeignServer in cmd/runner).
//
// The programs are in node and python; scripts/clients.sh installs what they need.
package foreign
