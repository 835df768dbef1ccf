package docspaceoauth

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheTutorialQuotesTheSource looks for each block of docs/tutorial.md in the file
// that it names.
func TestTheTutorialQuotesTheSource(t *testing.T) {
	page, err := os.ReadFile("docs/tutorial.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)<!-- source: (\\S+) -->\n```go\n(.*?)```").FindAllSubmatch(page, -1)
	if marks := strings.Count(string(page), "```go"); len(blocks) == 0 || len(blocks) != marks {
		t.Fatalf("%d of %d blocks name their source", len(blocks), marks)
	}
	for _, block := range blocks {
		source, err := os.ReadFile(string(block[1]))
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(source), string(block[2])) {
			t.Errorf("%s does not hold\n%s", block[1], block[2])
		}
	}
}
