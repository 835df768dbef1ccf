package management

import (
	"context"
	"net/http"

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
	return control.ActiveFault{ID: a.ID, Name: a.Fault, App: a.Subject.App, User: a.Subject.User, Uses: a.Uses}
}

func (s *server) listFaults(context.Context, *none) (*answer[[]control.ActiveFault], error) {
	list := []control.ActiveFault{}
	for _, a := range s.Book.List() {
		list = append(list, activeFault(a))
	}
	return &answer[[]control.ActiveFault]{list}, nil
}

func (s *server) addFault(_ context.Context, in *struct{ Body control.FaultRequest }) (*answer[control.ActiveFault], error) {
	request := in.Body
	fault, known := rules.FaultNamed(request.Name)
	if !known {
		return nil, invalid("body.name", request.Name, "is no fault: GET /mock/faults/catalogue lists them")
	}
	subject := rules.Subject{App: store.CanonicalAppID(request.App), User: request.User}
	if fault.EveryoneOnly && subject != (rules.Subject{}) {
		return nil, invalid("body.name", request.Name, "acts before the portal knows app or user: leave app and user out")
	}
	id, err := s.Book.Add(request.Name, subject)
	if err != nil {
		return nil, err
	}
	return &answer[control.ActiveFault]{activeFault(rules.Active{ID: id, Fault: request.Name, Subject: subject})}, nil
}

func (s *server) faultCatalogue(context.Context, *none) (*answer[[]control.Fault], error) {
	list := []control.Fault{}
	for _, f := range rules.Faults() {
		list = append(list, control.Fault{Name: f.Name, Sentence: f.Sentence, Breaks: f.Breaks, EveryoneOnly: f.EveryoneOnly})
	}
	return &answer[[]control.Fault]{list}, nil
}
