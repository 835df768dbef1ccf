package registration

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"docspace-oauth/signature"
)

// Callers at the same time get answers of §7.2 and leave one consistent app behind:
// exactly one of the parallel deletions finds it.
func TestParallelCallers(t *testing.T) {
	p := newPortal(t, nil)
	server := httptest.NewServer(p)
	defer server.Close()
	id := p.register(user)
	token := p.sign(user)
	send := func(method, path, body string) (int, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/api/2.0"+path, strings.NewReader(body))
		if err != nil {
			return 0, err
		}
		r.Header.Set(signature.Name, token)
		r.Header.Set("Content-Type", "application/json")
		response, err := server.Client().Do(r)
		if err != nil {
			return 0, err
		}
		return response.StatusCode, response.Body.Close()
	}
	var group sync.WaitGroup
	var mu sync.Mutex
	var deletions []int
	for i := range 8 {
		group.Go(func() {
			for _, step := range []struct{ method, path, body string }{
				{"PATCH", "/clients/" + id + "/regenerate", ""},
				{"PATCH", "/clients/" + id + "/activation", fmt.Sprintf(`{"status":%t}`, i%2 == 0)},
				{"GET", "/clients/" + id, ""},
				{"GET", "/clients", ""},
				{"DELETE", "/clients/" + id, ""},
			} {
				status, err := send(step.method, step.path, step.body)
				if err != nil || (status != http.StatusOK && status != http.StatusNotFound) {
					t.Errorf("%s %s: status %d, error %v", step.method, step.path, status, err)
				}
				if step.method == "DELETE" {
					mu.Lock()
					deletions = append(deletions, status)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	slices.Sort(deletions)
	if deletions[0] != http.StatusOK || deletions[1] != http.StatusNotFound {
		t.Errorf("deletions answered %v, want one 200", deletions)
	}
}
