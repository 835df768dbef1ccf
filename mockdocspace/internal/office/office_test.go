package office

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// parts reads a document back and wants well-formed XML in each part.
func parts(t *testing.T, document []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(document), int64(len(document)))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range archive.File {
		r, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		found[file.Name] = string(content)
		decoder := xml.NewDecoder(bytes.NewReader(content))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v\n%s", file.Name, err, content)
			}
		}
	}
	return found
}

func TestDocument(t *testing.T) {
	for _, tt := range []struct {
		title, text, part string
		want              []string
	}{
		{"a.docx", "First <line>\n\n\x00 & last", "word/document.xml", []string{">First &lt;line&gt;</w:t>", "preserve\"></w:t>", "\uFFFD &amp; last"}},
		{"a.DOCX", "", "word/document.xml", []string{"<w:body><w:sectPr/>"}},
		{"a.xlsx", "Item,Price\n\"a, b\",-3.50\nNaN,0x1F\n", "xl/worksheets/sheet1.xml", []string{">Item<", ">a, b<", "<v>-3.50</v>", ">NaN</t>", ">0x1F</t>"}},
		{"a.xlsx", "", "xl/worksheets/sheet1.xml", []string{"<sheetData></sheetData>"}},
	} {
		document, err := Document(tt.title, tt.text)
		if err != nil {
			t.Fatalf("%s: %v", tt.title, err)
		}
		content := parts(t, document)[tt.part]
		for _, want := range tt.want {
			if !strings.Contains(content, want) {
				t.Errorf("%s: no %q in %s", tt.title, want, content)
			}
		}
		if again, _ := Document(tt.title, tt.text); !bytes.Equal(again, document) {
			t.Errorf("%s: other bytes the second time", tt.title)
		}
	}
	if _, err := Document("a.pptx", ""); !errors.Is(err, ErrExtension) {
		t.Errorf("a presentation: %v", err)
	}
	if _, err := Document("a.xlsx", `a,"b`); err == nil {
		t.Error("an open quote was taken")
	}
}

func BenchmarkDocument(b *testing.B) {
	for b.Loop() {
		if _, err := Document("a.docx", "One\nTwo\n"); err != nil {
			b.Fatal(err)
		}
	}
}
