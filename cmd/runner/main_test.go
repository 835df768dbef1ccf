package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The command line is a contract: each script is a terminal session. A worker that
// a session starts is this test binary under the name runner.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" { // of a test that runs in this process
		main()
	}
	testscript.Main(m, processes())
}

func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: func(e *testscript.Env) error { e.Setenv("PLAN_PASSWORD", "hunter2"); return nil },
	})
}
