package rules

import (
	"errors"
	"fmt"
	"strings"
)

// LiteralFault is the name under which literal answers are listed. It is no entry of
// the catalogue: what the portal does then is in the answer.
const LiteralFault = "answer.literal"

// Literal is an answer that stands in place of the portal's. It is plain text, so
// that rules stay comparable.
type Literal struct {
	Method string // empty: any
	Path   string // the whole path of the requests that get it
	Status int    // 200 to 599
	Header string // lines of the form Name: value
	Body   string
}

func (l Literal) check() error {
	switch {
	case !strings.HasPrefix(l.Path, "/"):
		return errors.New("answer.path is no path: write it whole, like /oauth2/token")
	case l.Status < 200 || l.Status > 599:
		return fmt.Errorf("answer.status is %d: give one from 200 to 599", l.Status)
	}
	return nil
}
