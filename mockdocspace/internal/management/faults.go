package management

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/store"
)

func (s *server) faultRoutes(api huma.API) {
	register(s, api, http.MethodGet, "faults", "list-faults", "The faults that are on", s.listFaults)
	register(s, api, http.MethodPost, "faults", "add-fault", "Switch a fault on", s.addFault)
	register(s, api, http.MethodDelete, "faults", "clear-faults", "Switch all faults off",
		func(context.Context, *none) (*none, error) {
			s.Book.Clear()
			return nil, nil
		})
	register(s, api, http.MethodDelete, "faults/{id}", "remove-fault", "Switch one fault off",
		func(_ context.Context, in *struct {
			ID int `path:"id"`
		},
		) (*none, error) {
			if !s.Book.Remove(in.ID) {
				return nil, notFound("path.id", in.ID, "is not on: GET /mock/faults lists those that are")
			}
			return nil, nil
		})
	register(s, api, http.MethodGet, "faults/catalogue", "list-fault-catalogue", "All faults that there are", s.faultCatalogue)
}

func activeFault(a rules.Active) control.ActiveFault {
	return control.ActiveFault{
		ID: a.ID, Name: a.Fault, Value: a.Value, Tenant: a.Subject.Tenant, App: a.Subject.App, User: a.Subject.User,
		Limit: a.Occasion.Limit, Probability: a.Occasion.Probability, Seed: a.Occasion.Seed,
		From: moment(a.Occasion.From), Until: moment(a.Occasion.Until), Uses: a.Uses,
	}
}

// moment is nil for none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// occasion is when a fault shall be in force.
func occasion(request control.FaultRequest) rules.Occasion {
	when := rules.Occasion{Limit: request.Uses, Probability: request.Probability, Seed: request.Seed}
	if request.From != nil {
		when.From = *request.From
	}
	if request.Until != nil {
		when.Until = *request.Until
	}
	return when
}

func (s *server) listFaults(context.Context, *none) (*answer[[]control.ActiveFault], error) {
	return &answer[[]control.ActiveFault]{s.activeFaults()}, nil
}

func (s *server) activeFaults() []control.ActiveFault {
	list := []control.ActiveFault{}
	for _, a := range s.Book.List() {
		list = append(list, activeFault(a))
	}
	return list
}

func (s *server) addFault(_ context.Context, in *struct{ Body control.FaultRequest }) (*answer[control.ActiveFault], error) {
	request := in.Body
	subject := rules.Subject{Tenant: request.Tenant, App: store.CanonicalAppID(request.App), User: request.User}
	when := occasion(request)
	if err := when.Check(); err != nil {
		return nil, invalid("body", request.Name, "does not work: %v", err)
	}
	if request.Answer != nil {
		return s.addLiteral(request, subject, when)
	}
	fault, known := rules.FaultNamed(request.Name)
	if !known {
		return nil, invalid("body.name", request.Name, "is no fault: GET /mock/faults/catalogue lists them")
	}
	if fault.EveryoneOnly && (subject.App != "" || subject.User != "") {
		return nil, invalid("body.name", request.Name, "acts before the portal knows app or user: leave app and user out")
	}
	if fault.AppOnly && subject.User != "" {
		return nil, invalid("body.user", subject.User, "does not work with %s, which acts before the portal knows the user: leave him out", request.Name)
	}
	if _, err := fault.ChangeBy(request.Value); err != nil {
		return nil, invalid("body.value", request.Value, "does not work: %v", err)
	}
	active, err := s.Book.Switch(request.Name, request.Value, subject, when)
	if err != nil {
		return nil, err
	}
	return &answer[control.ActiveFault]{activeFault(active)}, nil
}

// addLiteral switches an answer on that stands in place of the portal's.
func (s *server) addLiteral(request control.FaultRequest, subject rules.Subject, when rules.Occasion) (*answer[control.ActiveFault], error) {
	if request.Value != "" {
		return nil, invalid("body.value", request.Value, "%s stands beside an answer, which takes no value: leave it out", request.Value)
	}
	if request.Name != "" {
		return nil, invalid("body.answer", request.Name, "stands beside a name: send one of the two")
	}
	var header strings.Builder
	for _, name := range slices.Sorted(maps.Keys(request.Answer.Header)) {
		fmt.Fprintf(&header, "%s: %s\n", name, request.Answer.Header[name])
	}
	active, err := s.Book.SwitchLiteral(rules.Literal{
		Method: request.Answer.Method, Path: request.Answer.Path, Status: request.Answer.Status,
		Header: header.String(), Body: request.Answer.Body,
	}, subject, when)
	if err != nil {
		return nil, invalid("body.answer", request.Answer.Path, "does not work: %v", err)
	}
	return &answer[control.ActiveFault]{activeFault(active)}, nil
}

func (s *server) faultCatalogue(context.Context, *none) (*answer[[]control.Fault], error) {
	list := []control.Fault{}
	for _, f := range rules.Faults() {
		entry := control.Fault{
			Name: f.Name, Sentence: f.Sentence, Where: f.Where, App: f.App,
			Breaks: slices.Clone(f.Breaks), EveryoneOnly: f.EveryoneOnly, AppOnly: f.AppOnly,
		}
		if f.Value != nil {
			entry.Value, entry.DefaultValue = f.Value.Meaning, f.Value.Default
		}
		list = append(list, entry)
	}
	return &answer[[]control.Fault]{list}, nil
}
