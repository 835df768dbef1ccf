package goldenbrowser_test

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
)

// httpsHost is the name of the portal behind TLS. The browser is told where it is, so
// that the portal has the default ports without anybody's leave.
const httpsHost = "portal.trace.example"

// secure are the two listeners that play ports 443 and 80 of httpsHost.
var secure = sync.OnceValue(func() *[2]door {
	var doors [2]door
	for i := range doors {
		server := httptest.NewUnstartedServer(&doors[i])
		doors[i].listener = server.Listener
		if i == 0 {
			server.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
			server.StartTLS()
		} else {
			server.Start()
		}
	}
	return &doors
})

// door is a listener whose handler changes from journey to journey.
type door struct {
	listener net.Listener
	handler  atomic.Pointer[http.Handler]
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := d.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	http.Error(w, "no journey is under way", http.StatusServiceUnavailable)
}

func httpsAddresses() (secured, plain string) {
	doors := secure()
	return doors[0].listener.Addr().String(), doors[1].listener.Addr().String()
}

// oneAtATime keeps journeys apart that use the one https portal.
var oneAtATime sync.Mutex

// secureFront puts handlers behind the ports until the returned function is called.
func secureFront(t *testing.T, secured, plain http.Handler) func() {
	t.Helper()
	oneAtATime.Lock()
	doors := secure()
	doors[0].handler.Store(&secured)
	doors[1].handler.Store(&plain)
	return func() {
		doors[0].handler.Store(nil)
		doors[1].handler.Store(nil)
		oneAtATime.Unlock()
	}
}
