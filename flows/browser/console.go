package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// maxConsole bounds what is kept of one profile's console; the newest are left out,
// as the first complaint is the cause more often than the last.
const maxConsole = 100

// consoleLine is what an event adds to the console, "" for nothing.
func consoleLine(event any) string {
	switch event := event.(type) {
	case *runtime.EventConsoleAPICalled:
		words := []string{string(event.Type) + ":"}
		for _, argument := range event.Args {
			if len(argument.Value) > 0 {
				words = append(words, string(argument.Value))
			} else {
				words = append(words, argument.Description)
			}
		}
		return strings.Join(words, " ")
	case *runtime.EventExceptionThrown:
		details := event.ExceptionDetails
		text := details.Text
		if details.Exception != nil {
			text += " " + details.Exception.Description
		}
		return "exception: " + text
	case *log.EventEntryAdded:
		return fmt.Sprintf("%s: %s %s", event.Entry.Level, event.Entry.Text, event.Entry.URL)
	}
	return ""
}

// Console is what the pages of this profile wrote to the console so far, the
// browser's own complaints and uncaught exceptions too. Redact before showing.
func (p *Profile) Console() []string {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return append([]string(nil), p.record.console...)
}
