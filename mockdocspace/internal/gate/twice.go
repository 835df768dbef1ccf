package gate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// twice leads the browser to an app by way of a page that loads the address in the
// background first. The app's cookies come along where app and portal have the same
// host name, as with http://localhost for both; else the first load is one without.
type twice struct {
	mu      sync.Mutex
	next    int
	waiting map[string]string // addresses by their keys
}

const (
	twiceParameter = "mock_callback"
	mostWaiting    = 1000
)

// through is the address of the page that leads to another one.
func (t *twice) through(address string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil || len(t.waiting) >= mostWaiting {
		t.waiting = map[string]string{}
	}
	t.next++
	key := strconv.Itoa(t.next)
	t.waiting[key] = address
	return "/oauth2/authorize?" + twiceParameter + "=" + key
}

// serve answers with the page, where a request is for one.
func (t *twice) serve(w http.ResponseWriter, r *http.Request) bool {
	key := parameter("?"+r.URL.RawQuery, twiceParameter)
	if key == "" {
		return false
	}
	t.mu.Lock()
	address, ok := t.waiting[key]
	delete(t.waiting, key)
	t.mu.Unlock()
	if !ok {
		return false
	}
	quoted, err := json.Marshal(address) // with <, > and & escaped, so that it can stand in a script
	if err != nil {
		return false
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = fmt.Fprintf(w, twicePage, quoted, backgroundLoad.Milliseconds())
	return true
}

// backgroundLoad is how long the second load waits for the first at most.
const backgroundLoad = 5 * time.Second

const twicePage = `<!DOCTYPE html><html lang="en"><head><title>One moment</title></head><body><p>NOT FOR PRODUCTION. This mock has a fault on: the app is loaded twice.</p>
<script>
const app = %s;
const once = fetch(app, {mode: "no-cors", credentials: "include"}).catch(() => {});
Promise.race([once, new Promise(done => setTimeout(done, %d))]).then(() => location.replace(app));
</script></body></html>
`
