package spring

import (
	"slices"
	"unicode/utf16"
)

// SetOrder is the order in which a java.util.HashSet lists these texts: the portal's
// services keep scopes in such sets, and it shows in addresses and lists
// (testdata/golden-browser, no-scope-live). Texts of one bucket keep their order,
// which is right unless there are more than eight of them.
func SetOrder(texts []string) []string {
	size := 16
	for 4*len(texts) > 3*size {
		size *= 2
	}
	ordered := slices.Clone(texts)
	bucket := func(text string) int {
		hash := stringHash(text)
		return int(hash^hash>>16) & (size - 1)
	}
	slices.SortStableFunc(ordered, func(a, b string) int { return bucket(a) - bucket(b) })
	return ordered
}

// stringHash is java.lang.String.hashCode.
func stringHash(text string) (hash uint32) {
	for _, unit := range utf16.Encode([]rune(text)) {
		hash = 31*hash + uint32(unit)
	}
	return hash
}
