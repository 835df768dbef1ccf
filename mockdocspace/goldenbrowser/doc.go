// Package goldenbrowser holds a test only: it replays the browser journeys that
// were recorded at the real portal's pages (testdata/golden-browser) in Chromium
// on the mock, and compares what browser and portal said to each other, what the
// pages' scripts wrote and what a person could see.
//
// testdata/golden-browser holds of each recording what is compared and nothing
// else. To take over recordings from DIR:
//
//	go test ./mockdocspace/goldenbrowser -run TestReduce -recordings DIR
package goldenbrowser
