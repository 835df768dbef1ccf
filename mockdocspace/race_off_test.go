//go:build !race

package mockdocspace_test

const raceDetector = false
