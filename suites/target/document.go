package target

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// largestDocument bounds what is read of a document; metadata has a few kilobytes.
const largestDocument = 1 << 20

// Document is the answer to a GET, read whole.
type Document struct {
	Status int
	Header http.Header
	Body   []byte
}

// ReadDocument gets a document that needs no signing in, whatever the status. The error
// is that of the connection.
func ReadDocument(ctx context.Context, client *http.Client, address string) (Document, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Document{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", address, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, largestDocument))
	if err != nil {
		return Document{}, fmt.Errorf("read %s: %w", address, err)
	}
	return Document{resp.StatusCode, resp.Header, body}, nil
}

// JSON reads the document into a value, and says whether there is one: an answer 200
// whose JSON fits.
func (d Document) JSON(into any) bool {
	return d.Status == http.StatusOK && json.Unmarshal(d.Body, into) == nil
}
