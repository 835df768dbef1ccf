package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace/control"
)

const killCallback = "http://127.0.0.1/callback"

var killScopes = []string{"accounts.self:read", "files:write", "rooms:write"}

// customer is a user with an app of his own, and what the portal has answered to
// him. The step under way when the portal died may have been taken or not.
type customer struct {
	user     control.User
	random   *rand.Rand
	underWay string
	answered int // how many steps were

	session string   // "" when he has signed out
	ended   []string // sessions that he has signed out of

	app       *flows.App
	deleted   bool
	consented bool
	withdrawn bool

	authorization flows.Authorization
	code          string // that waits for its exchange
	tokens        *flows.Tokens
	revoked       bool
	spent         []*flows.Tokens // that newer ones have replaced

	content []content
}

// content is what he made: a file where data is there, else a folder or room.
type content struct {
	id    int64
	title string
	room  bool
	data  []byte
}

// step is a change that the portal answers; its function notes the answer.
type step struct {
	name string
	take func(ctx context.Context, s *server) error
}

// serveCustomers lets one customer come after the other until the server is killed.
func (s *server) serveCustomers(random *rand.Rand) ([]*customer, error) {
	ctx := context.Background()
	var come []*customer
	for {
		c := &customer{random: random}
		err := c.come(ctx, s)
		if c.user.ID != "" {
			come = append(come, c)
		}
		switch {
		case err != nil && s.killed.Load():
			return come, nil
		case err != nil:
			return come, fmt.Errorf("before the kill, %s: %w", c.underWay, err)
		}
	}
}

// come takes a customer through his steps.
func (c *customer) come(ctx context.Context, s *server) error {
	steps := []step{{"create user", c.join}, {"sign in", c.signIn}, {"register", c.register}, {"consent", c.consent}}
	if c.random.IntN(6) > 0 { // else the code is left waiting
		steps = append(steps, step{"exchange", c.exchange}, step{"refresh", c.refresh}, step{"folder", c.makeFolder},
			step{"room", c.makeRoom}, step{"upload", c.upload}, step{"refresh", c.refresh})
		steps = append(steps, []step{
			{"refresh", c.refresh}, {"revoke", c.revoke}, {"withdraw", c.withdraw}, {"delete app", c.deleteApp}, {"sign out", c.signOut},
		}[c.random.IntN(5)])
	}
	for _, step := range steps {
		c.underWay = step.name
		if err := step.take(ctx, s); err != nil {
			return err
		}
		c.answered++
	}
	c.underWay = ""
	return nil
}

func (c *customer) join(ctx context.Context, s *server) (err error) {
	c.user, err = control.New(killBase, control.WithHTTPClient(s.client)).CreateUser(ctx, control.CreateUserRequest{Type: "admin"})
	return err
}

func (c *customer) signIn(ctx context.Context, s *server) (err error) {
	c.session, err = s.portal.SignIn(ctx, c.user.Email, c.user.Password)
	return err
}

func (c *customer) signOut(ctx context.Context, s *server) error {
	status, err := s.send(ctx, http.MethodPost, "/api/2.0/authentication/logout", c.session)
	switch {
	case err != nil:
		return fmt.Errorf("sign out: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("sign out: status %d", status)
	}
	c.ended, c.session = append(c.ended, c.session), ""
	return nil
}

// send sends an empty request with a session cookie and returns the answer's status.
func (s *server) send(ctx context.Context, method, path, session string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, method, killBase+path, nil)
	if err != nil {
		return 0, err
	}
	request.AddCookie(&http.Cookie{Name: flows.SessionCookie, Value: session})
	response, err := s.client.Do(request)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

func (c *customer) register(ctx context.Context, s *server) error {
	signature, err := s.portal.Signature(ctx, c.session)
	if err != nil {
		return err
	}
	registered, err := s.portal.Register(ctx, signature, flows.NewRegistration("Kill", killCallback, killScopes...))
	if err != nil {
		return err
	}
	app := registered.App()
	c.app = &app
	return nil
}

// ask sends the authorization request.
func (c *customer) ask(ctx context.Context, s *server, signature string) (*flows.Authorized, error) {
	c.authorization = s.portal.NewAuthorization(*c.app)
	return s.portal.Authorize(ctx, s.portal.AuthorizeURL(*c.app, c.authorization), signature)
}

func (c *customer) consent(ctx context.Context, s *server) error {
	signature, err := s.portal.Signature(ctx, c.session)
	if err != nil {
		return err
	}
	asked, err := c.ask(ctx, s, signature)
	if err != nil {
		return err
	}
	callback, err := s.portal.Decide(ctx, c.app.ID, asked.State, signature, killScopes...)
	if err != nil {
		return err
	}
	c.code, err = flows.ParseCallback(callback.Query(), c.authorization)
	c.consented = err == nil
	return err
}

func (c *customer) exchange(ctx context.Context, s *server) error {
	tokens, err := s.portal.Exchange(ctx, *c.app, c.code, c.authorization)
	if err != nil {
		return err
	}
	c.code, c.tokens = "", tokens
	return nil
}

func (c *customer) refresh(ctx context.Context, s *server) error {
	tokens, err := s.portal.Refresh(ctx, *c.app, c.tokens.RefreshToken)
	if err != nil {
		return err
	}
	c.spent, c.tokens = append(c.spent, c.tokens), tokens
	return nil
}

func (c *customer) revoke(ctx context.Context, s *server) error {
	err := s.portal.Revoke(ctx, *c.app, c.tokens.RefreshToken)
	c.revoked = err == nil
	return err
}

func (c *customer) withdraw(ctx context.Context, s *server) error {
	signature, err := s.portal.Signature(ctx, c.session)
	if err != nil {
		return err
	}
	err = s.portal.RevokeConsent(ctx, signature, c.app.ID)
	c.withdrawn = err == nil
	return err
}

func (c *customer) deleteApp(ctx context.Context, s *server) error {
	signature, err := s.portal.Signature(ctx, c.session)
	if err != nil {
		return err
	}
	err = s.portal.DeleteApp(ctx, signature, c.app.ID)
	c.deleted = err == nil
	return err
}

func (c *customer) makeFolder(ctx context.Context, s *server) error {
	api := flows.NewAPI(killBase, c.tokens.AccessToken, s.client)
	mine, err := api.MyDocuments(ctx)
	if err != nil {
		return err
	}
	folder, err := api.CreateFolder(ctx, mine.Current.ID, "Folder of "+c.user.Email)
	if err == nil {
		c.content = append(c.content, content{id: folder.ID, title: folder.Title})
	}
	return err
}

func (c *customer) makeRoom(ctx context.Context, s *server) error {
	room, err := flows.NewAPI(killBase, c.tokens.AccessToken, s.client).CreateRoom(ctx,
		flows.NewRoom{Title: "Room of " + c.user.Email, Type: flows.RoomCustom})
	if err == nil {
		c.content = append(c.content, content{id: room.ID, title: room.Title, room: true})
	}
	return err
}

// upload sends what fits into a row, or what needs a file of its own.
func (c *customer) upload(ctx context.Context, s *server) error {
	data := bytes.Repeat([]byte(c.user.ID), 1+c.random.IntN(2)*c.random.IntN(10_000))
	file, err := flows.NewAPI(killBase, c.tokens.AccessToken, s.client).Upload(ctx, c.content[0].id, "kill.txt", bytes.NewReader(data))
	if err == nil {
		c.content = append(c.content, content{id: file.ID, title: file.Title, data: data})
	}
	return err
}
