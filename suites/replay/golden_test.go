package replay

import (
	"os"
	"strings"
	"testing"
)

// TestGolden replays the recordings against a running target:
//
//	DOCSPACE_REPLAY_URL=http://127.0.0.1:8092 go test ./suites/replay -run TestGolden -v
//
// DOCSPACE_REPLAY_SECRET is the target's machine key (the development default
// if unset), DOCSPACE_REPLAY_FILES a comma separated list of globs.
func TestGolden(t *testing.T) {
	base := os.Getenv("DOCSPACE_REPLAY_URL")
	if base == "" {
		t.Skip("DOCSPACE_REPLAY_URL names no target")
	}
	var globs []string
	if list := os.Getenv("DOCSPACE_REPLAY_FILES"); list != "" {
		globs = strings.Split(list, ",")
	}
	summary, err := Run(t.Context(), Options{
		Dir: goldenDir, Files: globs, BaseURL: base,
		SignatureSecret: os.Getenv("DOCSPACE_REPLAY_SECRET"), Out: os.Stdout,
	})
	if err != nil {
		t.Fatal(err)
	}
	if summary.Identical != summary.Exchanges {
		t.Errorf("%d of %d exchanges differ", summary.Exchanges-summary.Identical, summary.Exchanges)
	}
}
