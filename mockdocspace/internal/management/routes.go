package management

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
)

func (s *server) backendRoutes(api huma.API) {
	register(s, api, http.MethodGet, "routes", "list-routes", "The routes of the Backend API: what is there, and what answers 501",
		func(context.Context, *none) (*answer[[]control.Route], error) {
			return &answer[[]control.Route]{s.Routes()}, nil
		})
}
