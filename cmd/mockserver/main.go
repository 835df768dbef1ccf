// Command mockserver is a DocSpace portal on your machine. NOT FOR PRODUCTION.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	tuneCollector()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// tuneCollector lets the heap grow to six times of what lives in it, instead of
// twice, before it is collected. What lives is small, nearly all of it the journal, and
// a request leaves only garbage behind: by default the collector takes a tenth of the
// processor under load, and runs once while the portal starts. GOGC overrules it
// (docs/performance.md).
func tuneCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(500)
	}
}
