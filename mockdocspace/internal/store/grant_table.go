package store

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// shards is into how many parts the grants are divided.
const shards = 64

// grantTable is the authorization table in memory. Each request of a flow writes a
// row, so the table is divided: the requests of one user seldom wait for those of
// another, nor for one that lost the processor while it held a lock. Rows are replaced
// as a whole, never changed in place, and all rows of a user are in one shard.
type grantTable struct {
	seed    maphash.Seed
	version atomic.Int64
	shards  [shards]grantShard
	index   [shards]tokenShard
}

type grantShard struct {
	mu   sync.Mutex
	rows map[GrantKey]*Grant
}

// tokenShard leads from a token to the row that it was written with. What counts is
// whether the row that is there now still holds it: a token is in the index before its
// row is in the table, and leaves it afterwards. Its lock is taken inside a grantShard's.
type tokenShard struct {
	mu   sync.Mutex
	rows map[tokenKey]*Grant
}

type tokenKey struct {
	kind  TokenKind
	value string
}

func newGrantTable() *grantTable {
	t := &grantTable{seed: maphash.MakeSeed()}
	t.restore(nil)
	return t
}

func (t *grantTable) shardOf(userID string) *grantShard {
	return &t.shards[maphash.String(t.seed, userID)%shards]
}

func (t *grantTable) indexOf(token tokenKey) *tokenShard {
	return &t.index[maphash.String(t.seed, token.value)%shards]
}

// write puts row in the place of the one with its key, if allowed says so of that one,
// which is nil where there is none. The row is the table's from then on. It returns
// the row's version.
func (t *grantTable) write(row *Grant, allowed func(old *Grant) error) (version int64, err error) {
	s := t.shardOf(row.UserID)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := allowed(s.rows[row.GrantKey]); err != nil {
		return 0, err
	}
	t.replace(s, row)
	return row.Version, nil
}

// replace is write for who holds the shard's lock.
func (t *grantTable) replace(s *grantShard, row *Grant) {
	old := s.rows[row.GrantKey]
	row.Version = t.version.Add(1)
	for kind, value := range row.TokenValues() {
		token := tokenKey{kind, value}
		x := t.indexOf(token)
		x.mu.Lock()
		x.rows[token] = row
		x.mu.Unlock()
	}
	s.rows[row.GrantKey] = row
	if old != nil {
		t.forget(old, row)
	}
}

// drop removes a row; its shard's lock is held.
func (t *grantTable) drop(s *grantShard, row *Grant) {
	delete(s.rows, row.GrantKey)
	t.forget(row, nil)
}

// forget takes the tokens of old out of the index that now does not hold, unless
// they lead to another row by now.
func (t *grantTable) forget(old, now *Grant) {
	for kind, value := range old.TokenValues() {
		if now != nil && now.holds(kind, value) {
			continue
		}
		token := tokenKey{kind, value}
		x := t.indexOf(token)
		x.mu.Lock()
		if led := x.rows[token]; led != nil && led.GrantKey == old.GrantKey {
			delete(x.rows, token)
		}
		x.mu.Unlock()
	}
}

func (g *Grant) holds(kind TokenKind, value string) bool {
	for k, v := range g.TokenValues() {
		if k == kind && v == value {
			return true
		}
	}
	return false
}

// row is nil where there is none. It is not to be changed.
func (t *grantTable) row(key GrantKey) *Grant {
	s := t.shardOf(key.UserID)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rows[key]
}

// byToken is the row that holds the token, nil where none does. It is not to be changed.
func (t *grantTable) byToken(token tokenKey) *Grant {
	x := t.indexOf(token)
	x.mu.Lock()
	led := x.rows[token]
	x.mu.Unlock()
	if led == nil {
		return nil
	}
	if row := t.row(led.GrantKey); row != nil && row.holds(token.kind, token.value) {
		return row
	}
	return nil
}

// of are the rows of a user that keep accepts. They are not to be changed.
func (t *grantTable) of(userID string, keep func(*Grant) bool) []*Grant {
	s := t.shardOf(userID)
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*Grant
	for _, row := range s.rows {
		if row.UserID == userID && keep(row) {
			rows = append(rows, row)
		}
	}
	return rows
}

// deleteAll removes the rows that match, all at once, and returns how many.
func (t *grantTable) deleteAll(match func(*Grant) bool) int {
	defer t.lock()()
	count := 0
	for i := range t.shards {
		s := &t.shards[i]
		for _, row := range s.rows {
			if match(row) {
				t.drop(s, row)
				count++
			}
		}
	}
	return count
}

// delete removes one row and returns how many that were.
func (t *grantTable) delete(key GrantKey) int {
	s := t.shardOf(key.UserID)
	s.mu.Lock()
	defer s.mu.Unlock()
	row := s.rows[key]
	if row == nil {
		return 0
	}
	t.drop(s, row)
	return 1
}

// all are copies of the rows as they are at one moment; their lists and tokens are the
// table's and not to be changed.
func (t *grantTable) all() []Grant {
	defer t.lock()()
	rows := []Grant{}
	for i := range t.shards {
		for _, row := range t.shards[i].rows {
			rows = append(rows, *row)
		}
	}
	return rows
}

// restore has exactly the given rows, written in their order. Nobody sees the table
// in between.
func (t *grantTable) restore(rows []Grant) {
	defer t.lock()()
	for i := range t.shards {
		t.shards[i].rows = map[GrantKey]*Grant{}
		x := &t.index[i]
		x.mu.Lock()
		x.rows = map[tokenKey]*Grant{}
		x.mu.Unlock()
	}
	for _, row := range rows {
		t.replace(t.shardOf(row.UserID), &row)
	}
}

// lock keeps everybody out of all rows until the function that it returns is called.
func (t *grantTable) lock() (unlock func()) {
	for i := range t.shards {
		t.shards[i].mu.Lock()
	}
	return func() {
		for i := range t.shards {
			t.shards[i].mu.Unlock()
		}
	}
}
