package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The command line is a contract: each script is a terminal session. A worker that
// a session starts is this test binary under the name runner.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"runner": main})
}

func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
