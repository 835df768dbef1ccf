// Package office makes documents of office programs out of plain text.
package office

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// Extensions are those that Document knows.
func Extensions() []string { return []string{".docx", ".xlsx"} }

// ErrExtension says that Document knows no document of that kind.
var ErrExtension = errors.New("no document of this kind can be made")

// Document is a file in the format that the title's extension names (ISO/IEC
// 29500, transitional), with the text in it: .docx has a paragraph for each line,
// .xlsx a row for each line, its cells apart by commas (RFC 4180). The same text
// gives the same bytes.
func Document(title, text string) ([]byte, error) {
	var parts []part
	var err error
	switch strings.ToLower(path.Ext(title)) {
	case ".docx":
		parts = wordprocessing(text)
	case ".xlsx":
		parts, err = spreadsheet(text)
	default:
		err = ErrExtension
	}
	if err != nil {
		return nil, err
	}
	return pack(parts)
}

// part is one entry of the package.
type part struct{ name, content string }

// pack stores without compression: it is small, and made at each start.
func pack(parts []part) ([]byte, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	for _, p := range parts {
		w, err := archive.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store})
		if err == nil {
			_, err = io.WriteString(w, xml.Header+p.content)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

const (
	packageNS      = "http://schemas.openxmlformats.org/package/2006/"
	relationshipNS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	mediaType      = "application/vnd.openxmlformats-officedocument."
)

// contentTypes names the media type of each part but the relationships.
func contentTypes(parts map[string]string, order ...string) part {
	var b strings.Builder
	b.WriteString(`<Types xmlns="` + packageNS + `content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`)
	for _, name := range order {
		b.WriteString(`<Override PartName="/` + name + `" ContentType="` + mediaType + parts[name] + `"/>`)
	}
	b.WriteString(`</Types>`)
	return part{"[Content_Types].xml", b.String()}
}

// relationship is the one by which a part names the next.
func relationship(name, kind, target string) part {
	return part{name, `<Relationships xmlns="` + packageNS + `relationships"><Relationship Id="rId1" Type="` +
		relationshipNS + `/` + kind + `" Target="` + target + `"/></Relationships>`}
}

func wordprocessing(text string) []part {
	var body strings.Builder
	for line := range strings.Lines(text) {
		body.WriteString(`<w:p><w:r><w:t xml:space="preserve">` + escaped(strings.TrimRight(line, "\r\n")) + `</w:t></w:r></w:p>`)
	}
	return []part{
		contentTypes(map[string]string{"word/document.xml": "wordprocessingml.document.main+xml"}, "word/document.xml"),
		relationship("_rels/.rels", "officeDocument", "word/document.xml"),
		{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body.String() + `<w:sectPr/></w:body></w:document>`},
	}
}

func spreadsheet(text string) ([]part, error) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("cells: %w", err)
	}
	var data strings.Builder
	for _, row := range rows {
		data.WriteString(`<row>`)
		for _, cell := range row {
			if _, err := strconv.ParseFloat(cell, 64); err == nil && !strings.ContainsAny(cell, "xXpPnN") {
				data.WriteString(`<c><v>` + cell + `</v></c>`)
			} else {
				data.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">` + escaped(cell) + `</t></is></c>`)
			}
		}
		data.WriteString(`</row>`)
	}
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	return []part{
		contentTypes(map[string]string{
			"xl/workbook.xml": "spreadsheetml.sheet.main+xml", "xl/worksheets/sheet1.xml": "spreadsheetml.worksheet+xml",
		}, "xl/workbook.xml", "xl/worksheets/sheet1.xml"),
		relationship("_rels/.rels", "officeDocument", "xl/workbook.xml"),
		{"xl/workbook.xml", `<workbook xmlns="` + main + `" xmlns:r="` + relationshipNS + `"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		relationship("xl/_rels/workbook.xml.rels", "worksheet", "worksheets/sheet1.xml"),
		{"xl/worksheets/sheet1.xml", `<worksheet xmlns="` + main + `"><sheetData>` + data.String() + `</sheetData></worksheet>`},
	}, nil
}

// escaped is text for XML; what XML cannot hold becomes U+FFFD.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	return b.String()
}
