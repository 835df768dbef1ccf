package main

import (
	"bytes"
	"testing"

	"docspace-oauth/internal/schema"
)

// What the command prints for other programs is what is published about it.
func TestFaultsByTheirSchema(t *testing.T) {
	var out bytes.Buffer
	if code := execute([]string{"faults", "--json"}, nil, &out, &out); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	schema.Validate(t, "../../suites/mutants/schema/faults-1.json", out.String())
}
