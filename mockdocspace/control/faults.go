package control

import (
	"context"
	"net/http"
	"strconv"
)

// Fault is one entry of the catalogue: a misbehaviour that can be switched on.
type Fault struct {
	Name         string   `json:"name" doc:"What AddFault takes."`
	Sentence     string   `json:"sentence" doc:"What the portal then does."`
	Breaks       []string `json:"breaks" doc:"Ids of the requirements that must notice."`
	EveryoneOnly bool     `json:"everyone_only" doc:"Acts before app or user are known, so it cannot concern one of them."`
}

// FaultRequest switches a fault on.
type FaultRequest struct {
	Name string `json:"name" doc:"A name of the catalogue." example:"token.any-secret"`
	App  string `json:"app,omitempty" doc:"Client id of the one app concerned; empty: all."`
	User string `json:"user,omitempty" doc:"Id of the one user concerned; empty: all."`
}

// ActiveFault is a fault that is on.
type ActiveFault struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	App  string `json:"app,omitempty"`
	User string `json:"user,omitempty"`
	Uses int64  `json:"uses" doc:"Requests in which it was in force."`
}

// Faults lists the faults that are on, oldest first.
func (c *Client) Faults(ctx context.Context) ([]ActiveFault, error) {
	return get[[]ActiveFault](ctx, c, "faults")
}

// AddFault switches a fault on. An unknown name is an error.
func (c *Client) AddFault(ctx context.Context, f FaultRequest) (ActiveFault, error) {
	return send[ActiveFault](ctx, c, http.MethodPost, "faults", f)
}

// RemoveFault switches one fault off.
func (c *Client) RemoveFault(ctx context.Context, id int) error {
	return c.call(ctx, http.MethodDelete, "faults/"+strconv.Itoa(id), nil, nil)
}

// ClearFaults switches all faults off.
func (c *Client) ClearFaults(ctx context.Context) error {
	return c.call(ctx, http.MethodDelete, "faults", nil, nil)
}

// FaultCatalogue lists the faults that there are.
func (c *Client) FaultCatalogue(ctx context.Context) ([]Fault, error) {
	return get[[]Fault](ctx, c, "faults/catalogue")
}
