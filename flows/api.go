package flows

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// API is a portal's Backend API as one user, by access token
// (docs/portal/backend-api.md).
type API struct {
	// BaseURL is the portal's root: what Claims.APIBase returned.
	BaseURL     string
	AccessToken string
	// HTTP performs the requests; redirects are never followed, so the token stays here.
	HTTP *http.Client
}

// NewAPI is the API of the portal at base. A nil client means NewHTTPClient(nil).
func NewAPI(base, accessToken string, client *http.Client) *API {
	return &API{BaseURL: base, AccessToken: accessToken, HTTP: withoutRedirects(client)}
}

// Envelope surrounds every successful answer (docs/portal/backend-api.md §2.2).
type Envelope[T any] struct {
	Response   T      `json:"response"`
	Count      int    `json:"count"`
	Total      *int64 `json:"total,omitempty"` // all matches, only where the portal counts them
	Links      []Link `json:"links"`
	Status     int    `json:"status"` // 0
	StatusCode int    `json:"statusCode"`
}

// Link is the request to which an envelope is the answer.
type Link struct {
	Href   string `json:"href"`
	Action string `json:"action"`
}

// Get reads one resource below /api/2.0/, `people/@self` for example, with an
// optional query. A refusal is an *APIError.
func Get[T any](ctx context.Context, a *API, path string, query url.Values) (*Envelope[T], error) {
	address := a.BaseURL + "/api/2.0/" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	request.Header.Set("Authorization", "Bearer "+a.AccessToken)
	request.Header.Set("Accept", "application/json")
	answer, err := perform(withoutRedirects(a.HTTP), request)
	if err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %w", path, newAPIError(answer))
	}
	envelope := &Envelope[T]{}
	if err := answer.decode(envelope); err != nil {
		return nil, fmt.Errorf("GET %s: %w", path, err)
	}
	return envelope, nil
}

// Person is a user of the portal (docs/portal/backend-api.md §3.1). Admin is not
// set for the owner; a user's type follows from the flags.
type Person struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"` // HTML-encoded by the portal
	FirstName    string `json:"firstName"`
	LastName     string `json:"lastName"`
	UserName     string `json:"userName"`
	Email        string `json:"email"`
	Status       int    `json:"status"` // 1 active, 2 terminated, 4 pending
	Owner        bool   `json:"isOwner"`
	Admin        bool   `json:"isAdmin"`
	RoomAdmin    bool   `json:"isRoomAdmin"`
	Guest        bool   `json:"isVisitor"`
	Collaborator bool   `json:"isCollaborator"`
	Avatar       string `json:"avatar"`
	ProfileURL   string `json:"profileUrl"`
}

// Group is a group of users (docs/portal/backend-api.md §3.3).
type Group struct {
	ID           string  `json:"id"`
	Name         string  `json:"name"`
	Manager      *Person `json:"manager,omitempty"`
	MembersCount int     `json:"membersCount"`
}

// Folder is a folder or a room (docs/portal/backend-api.md §3.4).
type Folder struct {
	ID             int64  `json:"id"`
	Title          string `json:"title"`
	ParentID       int64  `json:"parentId"`
	FilesCount     int    `json:"filesCount"`
	FoldersCount   int    `json:"foldersCount"`
	RoomType       int    `json:"roomType"` // 0 when it is no room
	RootFolderType int    `json:"rootFolderType"`
}

// File is a document (docs/portal/backend-api.md §3.4).
type File struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	FolderID int64  `json:"folderId"`
	Version  int    `json:"version"`
	Size     int64  `json:"pureContentLength"` // bytes; the portal leaves out 0
	Type     int    `json:"fileType"`
	ViewURL  string `json:"viewUrl"`
	WebURL   string `json:"webUrl"`
}

// FolderContent is a page of what a folder holds (docs/portal/backend-api.md §3.4).
type FolderContent struct {
	Files   []File   `json:"files"`
	Folders []Folder `json:"folders"` // rooms, in the list of rooms
	Current Folder   `json:"current"`
	Count   int      `json:"count"`
	Total   int      `json:"total"`
}

// Self is the user of the token; wants scope accounts.self:read or :write.
func (a *API) Self(ctx context.Context) (*Person, error) {
	envelope, err := Get[Person](ctx, a, "people/@self", nil)
	if err != nil {
		return nil, err
	}
	return &envelope.Response, nil
}

// People are the portal's active users; wants scope accounts:read or :write, and
// a user who may see them: others get 403.
func (a *API) People(ctx context.Context) (*Envelope[[]Person], error) {
	return Get[[]Person](ctx, a, "people", nil)
}

// Groups are the portal's groups; wants scope accounts:read, accounts:write alone
// does not open them (docs/portal/identity.md §8.4).
func (a *API) Groups(ctx context.Context) (*Envelope[[]Group], error) {
	return Get[[]Group](ctx, a, "group", nil)
}

// MyDocuments is the user's own folder; wants scope files:read or :write.
func (a *API) MyDocuments(ctx context.Context) (*FolderContent, error) {
	return a.folder(ctx, "files/@my")
}

// Rooms are the rooms that the user may enter, in Folders; wants scope rooms:read or :write.
func (a *API) Rooms(ctx context.Context) (*FolderContent, error) {
	return a.folder(ctx, "files/rooms")
}

func (a *API) folder(ctx context.Context, path string) (*FolderContent, error) {
	envelope, err := Get[FolderContent](ctx, a, path, nil)
	if err != nil {
		return nil, err
	}
	return &envelope.Response, nil
}

// APIError is a refusal of the Backend API. The portal refuses a token and a scope
// with an empty body, and what the user may not do with an envelope
// (docs/portal/backend-api.md §1.4).
type APIError struct {
	Status      int
	Message     string // of the error envelope, "" without one
	Type        string // exception of the error envelope
	Code        string // OAuth error code, only at userinfo
	Empty       bool   // there was no body
	ContentType string
	RetryAfter  string // as sent
	Body        string // beginning of a body that is no envelope
}

func newAPIError(a *answer) *APIError {
	e := &APIError{
		Status: a.status, Empty: len(a.body) == 0,
		ContentType: a.header.Get("Content-Type"), RetryAfter: a.header.Get("Retry-After"),
	}
	var envelope struct {
		Error json.RawMessage `json:"error"`
	}
	var details struct {
		Message string `json:"message"`
		Type    string `json:"type"`
	}
	switch {
	case json.Unmarshal(a.body, &envelope) != nil:
		e.Body = excerpt(a.body)
	case json.Unmarshal(envelope.Error, &details) == nil:
		e.Message, e.Type = details.Message, details.Type
	case json.Unmarshal(envelope.Error, &e.Code) != nil:
		e.Body = excerpt(a.body)
	}
	return e
}

// TokenRefused says that the token is not accepted: expired, revoked, superseded,
// or its app was disabled. A refresh may help.
func (e *APIError) TokenRefused() bool { return e.Status == http.StatusUnauthorized }

// ScopeMissing says that the token is good but its scopes don't open the resource.
func (e *APIError) ScopeMissing() bool { return e.Status == http.StatusForbidden && e.Empty }

func (e *APIError) Error() string {
	text := fmt.Sprintf("portal answered %d %s", e.Status, http.StatusText(e.Status))
	switch {
	case e.ScopeMissing():
		text += ": the token's scopes don't open this"
	case e.TokenRefused() && e.Empty:
		text += ": the token is not accepted"
	case e.Empty:
		text += " with an empty body"
	case e.Message != "":
		text += fmt.Sprintf(": %q", e.Message)
	case e.Code != "":
		text += fmt.Sprintf(": %q", e.Code)
	case e.Body != "":
		text += fmt.Sprintf(" (%s): %q", e.ContentType, e.Body)
	}
	return text
}
