package management

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/rules"
)

func (s *server) quirkRoutes(api huma.API) {
	register(s, api, http.MethodGet, "quirks", "list-quirks", "The bugs of the real portal's pages, and whether they are on",
		func(context.Context, *none) (*answer[[]control.Quirk], error) {
			return &answer[[]control.Quirk]{s.quirks()}, nil
		})
	register(s, api, http.MethodPut, "quirks/{name}", "switch-quirk", "Switch one of them, until the state is reset",
		func(_ context.Context, in *struct {
			Name string `path:"name"`
			Body control.SwitchRequest
		},
		) (*answer[control.Quirk], error) {
			if err := s.Book.SwitchQuirk(in.Name, in.Body.On); err != nil {
				return nil, notFound("path.name", in.Name, "%v", err)
			}
			all := s.quirks()
			return &answer[control.Quirk]{all[slices.IndexFunc(all, func(q control.Quirk) bool { return q.Name == in.Name })]}, nil
		})
}

func (s *server) quirks() []control.Quirk {
	all := []control.Quirk{}
	base := s.Book.Base()
	for _, q := range rules.Quirks() {
		all = append(all, control.Quirk{Name: q.Name, Sentence: q.Sentence, Reference: q.Reference, On: q.On(base)})
	}
	return all
}
