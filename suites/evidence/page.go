package evidence

// Page is what a browser showed at the end of a check, without secrets in its texts.
type Page struct {
	Address   string   `json:"address"`
	MediaType string   `json:"media_type,omitempty"` // of Picture
	Picture   []byte   `json:"picture,omitempty"`    // in JSON as Base64
	DOM       string   `json:"dom,omitempty"`        // kept when the check failed
	Console   []string `json:"console,omitempty"`    // kept when the check failed
}

// domLimit is how much of a page's source is kept, in bytes.
const domLimit = 24 << 10

// AddPage keeps what a browser showed.
func (r *Recorder) AddPage(p Page) {
	r.redactor.learnURL(p.Address)
	p.Address = r.redactor.Text(p.Address)
	p.DOM = Cut(r.redactor.Text(p.DOM), domLimit)
	console := make([]string, len(p.Console))
	for i, line := range p.Console {
		console[i] = r.redactor.Text(line)
	}
	p.Console = console
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pages = append(r.pages, p)
}

// Pages are the pages kept so far.
func (r *Recorder) Pages() []Page {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Page(nil), r.pages...)
}
