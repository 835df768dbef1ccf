package flows

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Operation is work that the portal does after it has answered
// (docs/portal/backend-api.md §3.8).
type Operation struct {
	ID       string `json:"id"`
	Progress int    `json:"progress"` // percent
	Error    string `json:"error"`    // empty while all is well
	Finished bool   `json:"finished"`
}

// Conflict says what becomes of an entry whose title the destination has already.
type Conflict int

// The answers to a conflict.
const (
	Skip Conflict = iota
	Overwrite
	Duplicate
)

// Transfer is what to copy or move, and where to (docs/portal/backend-api.md §3.9).
type Transfer struct {
	Folders  []int64  `json:"folderIds"`
	Files    []int64  `json:"fileIds"`
	To       int64    `json:"destFolderId"`
	Conflict Conflict `json:"conflictResolveType"`
}

// Copy copies files and folders and waits until it is done; wants scope files:write.
func (a *API) Copy(ctx context.Context, t Transfer) error { return a.transfer(ctx, "copy", t) }

// Move moves files and folders and waits until it is done; wants scope files:write.
func (a *API) Move(ctx context.Context, t Transfer) error { return a.transfer(ctx, "move", t) }

func (a *API) transfer(ctx context.Context, how string, t Transfer) error {
	t.Folders, t.Files = append([]int64{}, t.Folders...), append([]int64{}, t.Files...) // lists, never null
	return a.operations(ctx)(Send[[]Operation](ctx, a, http.MethodPut, "files/fileops/"+how, t))
}

// DeleteFile removes a file and waits until it is done; wants scope files:write.
// A portal may keep it in the trash.
func (a *API) DeleteFile(ctx context.Context, id int64) error {
	return a.operations(ctx)(Send[[]Operation](ctx, a, http.MethodDelete, fmt.Sprintf("files/file/%d", id), deletion{}))
}

// DeleteFolder removes a folder with all below it and waits until it is done;
// wants scope files:write. A portal may keep it in the trash.
func (a *API) DeleteFolder(ctx context.Context, id int64) error {
	return a.operations(ctx)(Send[[]Operation](ctx, a, http.MethodDelete, fmt.Sprintf("files/folder/%d", id), deletion{}))
}

// deletion is the body of deletions and of archiving.
type deletion struct {
	DeleteAfter bool `json:"deleteAfter"`
}

// operations returns what waits for the operations that a call has started.
func (a *API) operations(ctx context.Context) func(*Envelope[[]Operation], error) error {
	return func(envelope *Envelope[[]Operation], err error) error {
		if err != nil {
			return err
		}
		return a.await(ctx, envelope.Response)
	}
}

// operate is operations for a call that starts one.
func (a *API) operate(ctx context.Context) func(*Envelope[Operation], error) error {
	return func(envelope *Envelope[Operation], err error) error {
		if err != nil {
			return err
		}
		return a.await(ctx, []Operation{envelope.Response})
	}
}

// operationPause is how long to wait before the portal is asked again.
const operationPause = 500 * time.Millisecond

// await asks the portal until all operations are done. A portal forgets those
// that are, so one that is not listed any more has ended.
func (a *API) await(ctx context.Context, operations []Operation) error {
	for {
		running := false
		for _, o := range operations {
			switch {
			case o.Error != "":
				return fmt.Errorf("operation of the portal: %s", o.Error)
			case !o.Finished:
				running = true
			}
		}
		if !running {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(operationPause):
		}
		listed, err := Get[[]Operation](ctx, a, "files/fileops", nil)
		if err != nil {
			return err
		}
		for i, o := range operations {
			at := slices.IndexFunc(listed.Response, func(l Operation) bool { return l.ID == o.ID })
			if at < 0 {
				operations[i].Finished = true
				continue
			}
			operations[i] = listed.Response[at]
		}
	}
}
