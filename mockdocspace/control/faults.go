package control

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// Fault is one entry of the catalogue: a misbehaviour that can be switched on.
type Fault struct {
	Name         string   `json:"name" doc:"What AddFault takes."`
	Sentence     string   `json:"sentence" doc:"What the portal then does."`
	Where        string   `json:"where" doc:"The addresses concerned."`
	App          string   `json:"app" doc:"What a correct app does."`
	Breaks       []string `json:"breaks" doc:"Ids of the requirements that must notice."`
	EveryoneOnly bool     `json:"everyone_only" doc:"Acts before app or user are known, so it cannot concern one of them."`
	AppOnly      bool     `json:"app_only" doc:"Acts before the user is known, so it can concern one app and not one user."`
	Value        string   `json:"value,omitempty" doc:"What the value that it takes means, and how it is written; empty: it takes none."`
	DefaultValue string   `json:"default_value,omitempty" doc:"The value where none is given."`
}

// FaultRequest switches a fault on.
type FaultRequest struct {
	Name        string         `json:"name,omitempty" doc:"A name of the catalogue; empty with answer." example:"token.any-secret"`
	Value       string         `json:"value,omitempty" doc:"For the faults that take one: how long, for example; empty: the default." example:"90s"`
	Answer      *LiteralAnswer `json:"answer,omitempty" doc:"Instead of a name: exactly this answer, once unless uses says otherwise."`
	Tenant      int64          `json:"tenant,omitempty" doc:"Id of the one portal concerned; empty: all."`
	App         string         `json:"app,omitempty" doc:"Client id of the one app concerned; empty: all."`
	User        string         `json:"user,omitempty" doc:"Id of the one user concerned; empty: all."`
	Uses        int64          `json:"uses,omitempty" minimum:"0" doc:"In force in so many requests, then no more; empty: in all."`
	Probability float64        `json:"probability,omitempty" minimum:"0" maximum:"1" doc:"Chance of being in force in a request; empty: certain."`
	Seed        uint64         `json:"seed,omitempty" doc:"Makes chance repeat; empty: one is drawn and told."`
	From        *time.Time     `json:"from,omitempty" doc:"Not in force before, by the portal's clock."`
	Until       *time.Time     `json:"until,omitempty" doc:"No more in force then, by the portal's clock."`
}

// LiteralAnswer stands in place of what the portal would answer.
type LiteralAnswer struct {
	Method string            `json:"method,omitempty" doc:"Method of the requests that get it; empty: any." example:"POST"`
	Path   string            `json:"path" doc:"Their whole path." example:"/oauth2/token"`
	Status int               `json:"status" minimum:"200" maximum:"599"`
	Header map[string]string `json:"header,omitempty"`
	Body   string            `json:"body,omitempty"`
}

// ActiveFault is a fault that is on.
type ActiveFault struct {
	ID          int        `json:"id"`
	Name        string     `json:"name"`
	Value       string     `json:"value,omitempty"`
	Tenant      int64      `json:"tenant,omitempty"`
	App         string     `json:"app,omitempty"`
	User        string     `json:"user,omitempty"`
	Limit       int64      `json:"limit,omitempty" doc:"Requests in which it is in force at most."`
	Probability float64    `json:"probability,omitempty"`
	Seed        uint64     `json:"seed,omitempty"`
	From        *time.Time `json:"from,omitempty"`
	Until       *time.Time `json:"until,omitempty"`
	Uses        int64      `json:"uses" doc:"Requests in which it was in force."`
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
