//go:build race

package mockdocspace_test

// raceDetector says that the test binary looks for data races, which makes it some ten
// times slower: tests of long sequences of single calls are then shorter.
const raceDetector = true
