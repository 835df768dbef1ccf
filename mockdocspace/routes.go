package mockdocspace

import (
	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/mockdocspace/internal/backend"
)

// apiRoutes are the routes of the Backend API as the control API lists them.
func apiRoutes() []control.Route {
	var list []control.Route
	for _, r := range backend.Routes() {
		list = append(list, control.Route{Method: r.Method, Template: r.Template, Class: string(r.Class), Implemented: r.Implemented})
	}
	return list
}
