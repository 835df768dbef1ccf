package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"docspace-oauth/suites/report"
)

// Whatever the order, the verdicts are the same: as many whole runs as JUDGE_SEEDS
// says (`make seeds`), each with a seed of its own.
func TestVerdictsAreTheSameWithEverySeed(t *testing.T) {
	runs, err := strconv.Atoi(os.Getenv("JUDGE_SEEDS"))
	if err != nil || runs < 2 {
		t.Skip("JUDGE_SEEDS says how many runs")
	}
	verdicts := func(seed int) string {
		outcome, _ := runProcess(t, "run", "--quiet", "--seed", strconv.Itoa(seed))
		t.Logf("seed %d: %.1f s, %s", seed, outcome.DurationMS/1000, outcome.Outcome)
		if outcome.ExitCode != report.ExitExpected || outcome.Seed != int64(seed) {
			t.Errorf("seed %d: exit code %d", seed, outcome.ExitCode)
		}
		var list strings.Builder
		for _, r := range outcome.Results {
			fmt.Fprintf(&list, "%s %s\n", r.ID, r.Verdict)
		}
		return list.String()
	}
	first := verdicts(1)
	for seed := 2; seed <= runs; seed++ {
		if list := verdicts(seed); list != first {
			t.Errorf("seed %d gives other verdicts than seed 1:\n%s\n%s", seed, list, first)
		}
	}
}
