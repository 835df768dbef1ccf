package control

import "context"

// Route is one route of the portal's Backend API that the mock knows.
type Route struct {
	Method   string `json:"method"`
	Template string `json:"template" doc:"As the scope policy of the portal sees it." example:"api/{version:apiVersion}/files/@my"`
	Class    string `json:"class" doc:"Who is admitted: policy (by scope), denied (to every OAuth token), anonymous, any-token, confirm-only, confirm-or-admin."`
	// Implemented is false for routes that answer 501 to whoever is admitted.
	Implemented bool `json:"implemented"`
}

// Routes lists the Backend API: what is there, and what answers 501.
func (c *Client) Routes(ctx context.Context) ([]Route, error) {
	return get[[]Route](ctx, c, "routes")
}
