package pages

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:embed templates/*.html
var templateFiles embed.FS

// templates holds one set per page: the frame and the page's main part. They are
// parsed when the first page is shown: most tests and load see none.
var templates = sync.OnceValue(func() map[string]*template.Template {
	sets := map[string]*template.Template{}
	frame := template.Must(template.New("frame.html").
		Funcs(template.FuncMap{"asset": assetURL}).
		ParseFS(templateFiles, "templates/frame.html", "templates/parts.html"))
	for _, name := range []string{"login", "consent", "tenant-list", "confirm", "error", "screen", "home", "console", "app-form", "authorized-apps", "blank"} {
		set := template.Must(template.Must(frame.Clone()).ParseFS(templateFiles, "templates/"+name+".html"))
		sets[name] = set
	}
	return sets
})

// page is what a template needs.
type page struct {
	Name   string // template and script
	Title  string
	Static bool        // no script
	Plain  bool        // without the choice of a language, as error screens
	Portal *portalView // frame of the portal's own pages; nil on those of the login application
	View   any         // what the template shows
	Data   any         // what the script reads, as JSON
}

// frame is what every template sees.
type frame struct {
	page
	Reflected template.HTML // only with the fault pages.reflects-input
}

// Language reports whether the page offers a choice of languages.
func (f frame) Language() bool { return !f.Plain }

// render answers with a page. What is shown never depends on a cache, and other
// sites may not frame it unless the rules let them.
func (v *visit) render(status int, p page) {
	f := frame{page: p}
	if v.rules.Pages.Untitled && p.Portal == nil {
		f.Title = "" // as those of the login application
	}
	if v.rules.Pages.ReflectInput {
		var all []string
		for _, q := range looseQuery(v.r.URL.RawQuery) {
			all = append(all, q.value)
		}
		f.Reflected = template.HTML(strings.Join(all, " ")) //nolint:gosec // the fault's purpose
	}
	var body bytes.Buffer
	if err := templates()[p.Name].Execute(&body, f); err != nil {
		v.Logger.ErrorContext(v.r.Context(), "render page", "page", p.Name, "error", err)
		http.Error(v.w, "The page could not be rendered.", http.StatusInternalServerError)
		return
	}
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "private, no-cache, no-store, max-age=0, must-revalidate")
	if p.Name == "confirm" || p.Name == "screen" { // their own addresses hold keys and states
		h.Set("Referrer-Policy", "same-origin")
	}
	h.Set("X-Content-Type-Options", "nosniff")
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'"
	if !v.rules.Pages.Frameable {
		h.Set("X-Frame-Options", "DENY")
		policy += "; frame-ancestors 'none'"
	}
	h.Set("Content-Security-Policy", policy)
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body.Bytes()) // the visitor is gone: nobody to tell
}

// greeting is the portal's name, or what stands in the place of one (§4.1).
func (v *visit) greeting() string {
	if v.site.Tenant.Name == "" {
		return "Cloud space for your office docs"
	}
	return v.site.Tenant.Name
}

// imageData is a logo that may be put into a page without asking anybody for it.
var imageData = regexp.MustCompile(`^data:image/(png|jpeg|gif|webp|svg\+xml|x-icon)[;,]`)

// logo lets an app's logo through as the source of an image: data URLs, which
// is what registration takes. Anything else is left out.
func logo(source string) template.URL {
	if imageData.MatchString(source) {
		return template.URL(source) //nolint:gosec // an image is all it can become
	}
	return ""
}

// initials are the first letters of the first two words.
func initials(name string) string {
	var letters []rune
	for word := range strings.FieldsSeq(name) {
		if r, _ := utf8.DecodeRuneInString(word); len(letters) < 2 && unicode.IsLetter(r) {
			letters = append(letters, unicode.ToUpper(r))
		}
	}
	return string(letters)
}
