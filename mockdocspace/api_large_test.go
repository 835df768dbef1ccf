package mockdocspace_test

import (
	"io"
	"net/http"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/internal/bulk"
)

// A file of 200 MB goes through the whole portal, journal included, and back
// without passing through memory. The client is in this process too.
func TestLargeFile(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 200 MB twice")
	}
	const size = 200 << 20
	p := startAPI(t, mockdocspace.Options{})
	api := flows.NewAPI(p.URL(), p.token("user@docspace.test", "files:write"), &http.Client{Transport: flows.Transport()})
	my, err := api.MyDocuments(t.Context())
	p.must(err)
	grown := bulk.HeapGrowth(func() {
		file, err := api.Upload(t.Context(), my.Current.ID, "large.bin", io.LimitReader(bulk.Zeros{}, size))
		p.must(err)
		if file.Size != size || file.Length != "200 MB" {
			t.Errorf("file %+v", file)
		}
		content, err := api.Download(t.Context(), file.ID)
		p.must(err)
		defer content.Close()
		if n, err := io.Copy(io.Discard, content); n != size || err != nil {
			t.Errorf("%d bytes read back, %v", n, err)
		}
		p.must(api.DeleteFile(t.Context(), file.ID))
	})
	if grown > 40<<20 {
		t.Errorf("the heap grew by %d MB", grown>>20)
	}
}
