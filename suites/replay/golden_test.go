package replay

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"docspace-oauth/mockdocspace"
)

// The mock answers as the recorded server did, in both builds, twice in a row, and
// also when forms come in another order with an unknown field among them.
func TestMockIsIdentical(t *testing.T) {
	for _, variant := range []string{"server", "minified"} {
		t.Run(variant, func(t *testing.T) {
			portal, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Variant: variant})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { portal.Close() })
			for _, perturb := range []bool{false, true} {
				if _, err := portal.Control().Resume(t.Context()); err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				summary, err := Run(t.Context(), Options{
					Dir: goldenDir, BaseURL: portal.URL(), Out: &out, Perturb: perturb,
					Advance: func(ctx context.Context, by time.Duration) error {
						_, err := portal.Control().Advance(ctx, by)
						return err
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				if summary.Split != (variant == "server") {
					t.Errorf("taken for the other build: %+v", summary)
				}
				if summary.Identical != summary.Exchanges || summary.Exchanges < 600 {
					t.Errorf("perturbed %t:\n%s", perturb, out.String())
				}
			}
		})
	}
}

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
