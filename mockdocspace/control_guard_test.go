package mockdocspace_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/hand"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// A web page of another site, and one whose host name was made to point at the mock,
// change nothing at the control API and read nothing from it. Asked by Chromium.
func TestForeignPagesCannotControl(t *testing.T) {
	chromium := hand.Chromium(t, browser.Options{Resolve: map[string]string{"evil.test": "127.0.0.1"}})
	p := startAPI(t, mockdocspace.Options{})
	_, err := p.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.discovery.500"})
	p.must(err)

	// The page tries everything that a page can: to read, to write, simply and with JSON.
	page := fmt.Sprintf(`<!DOCTYPE html><title>evil</title><p id="told"></p><script>
const mock = %q;
const attempts = [
  () => fetch(mock + "/mock/faults"),
  () => fetch(mock + "/mock/portal", {mode: "no-cors"}),
  () => fetch(mock + "/mock/reset", {method: "POST"}),
  () => fetch(mock + "/mock/reset", {method: "POST", mode: "no-cors", credentials: "include"}),
  () => fetch(mock + "/mock/faults", {method: "DELETE"}),
  () => fetch(mock + "/mock/faults", {method: "POST", headers: {"Content-Type": "application/json"}, body: '{"name":"api.open"}'}),
  () => fetch(mock + "/mock/faults", {method: "POST", headers: {"Content-Type": "text/plain"}, body: '{"name":"api.open"}', mode: "no-cors"}),
];
(async () => {
  const told = [];
  for (const attempt of attempts) {
    try { const r = await attempt(); told.push(r.type === "opaque" ? "opaque" : r.status); } catch { told.push("refused"); }
  }
  document.querySelector("#told").textContent = told.join(" ");
})();
</script><form method="post" action="%[1]s/mock/reset"><button>Win a prize</button></form>`, p.URL())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, page)
	}))
	t.Cleanup(server.Close)
	at := func(address string) string {
		u, err := url.Parse(address)
		p.must(err)
		return "http://evil.test:" + u.Port()
	}
	stillOn := func(after string) {
		t.Helper()
		list, err := p.Control().Faults(t.Context())
		if err != nil || len(list) != 1 || list[0].Name != "answer.discovery.500" {
			t.Errorf("after %s the faults are %+v, %v", after, list, err)
		}
	}

	visitor := newProfile(t, chromium)
	visitor.open(at(server.URL))
	visitor.reads("#told", "refused opaque refused opaque refused refused opaque")
	stillOn("what scripts of another site tried")

	visitor.do(chromedp.Click(chromedp.CSS("button")))
	visitor.until(`location.pathname === "/mock/reset"`)
	visitor.until(`document.body.innerText.includes("403")`)
	stillOn("a form of another site")

	// The name now points at the mock itself: to the browser it is one site.
	visitor.open(at(p.URL()) + "/mock/portal")
	visitor.until(`document.body.innerText.includes("evil.test") && document.body.innerText.includes("403")`)
	visitor.open(at(p.URL()) + "/login") // the portal itself answers to any name
	visitor.until(`(async () => (window.told = (await fetch("/mock/reset", {method: "POST"})).status))() && window.told === 403`)
	stillOn("a page whose name points at the mock")
}

// Who can be reached from elsewhere wants a token, in front of everything under /mock/.
func TestControlOffLoopbackWantsItsToken(t *testing.T) {
	t.Parallel()
	if p, err := mockdocspace.Start(t.Context(), mockdocspace.Options{Listen: "0.0.0.0:0"}); err == nil {
		_ = p.Close()
		t.Fatal("it listens to everybody without a token")
	}
	p := startAPI(t, mockdocspace.Options{Listen: "0.0.0.0:0", ControlToken: "t0ken"})
	for sent, want := range map[string]int{"": 401, "Bearer wrong": 401, "Bearer t0ken": 200} {
		if got := ask(t, http.MethodGet, p.URL()+"/mock/portal", nil, http.Header{"Authorization": {sent}}); got.status != want {
			t.Errorf("Authorization %q: %d %.200s", sent, got.status, got.body)
		}
	}
	if _, err := p.Control().Portal(t.Context()); err != nil {
		t.Errorf("the portal's own client: %v", err)
	}
}
