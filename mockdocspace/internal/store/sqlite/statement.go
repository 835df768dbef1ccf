package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

// writer is the one connection that writes. Its statements run without the
// caller's context: each is short, and watching a context costs more than it runs.
type writer struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (w *writer) statement(query string) (*sql.Stmt, error) {
	if statement, ok := w.prepared[query]; ok {
		return statement, nil
	}
	statement, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.prepared[query] = statement
	return statement, nil
}

// exec runs a statement and returns how many rows it changed.
func (w *writer) exec(query string, args ...any) (int, error) {
	statement, err := w.statement(query)
	if err != nil {
		return 0, err
	}
	result, err := statement.Exec(args...)
	if err != nil {
		return 0, err
	}
	changed, err := result.RowsAffected()
	return int(changed), err
}

// scan reads the first row into destinations; store.ErrNotFound when there is none.
func (w *writer) scan(query string, args, destinations []any) error {
	statement, err := w.statement(query)
	if err != nil {
		return err
	}
	return missing(statement.QueryRow(args...).Scan(destinations...))
}

func (w *writer) close() error {
	var errs []error
	for _, statement := range w.prepared {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// write runs do as one transaction, which is undone when do fails.
func (s *Store) write(ctx context.Context, do func(w *writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if _, err := s.writer.exec("BEGIN IMMEDIATE"); err != nil {
		return s.failed(err)
	}
	committed := false
	defer func() { // also when do panics
		if !committed {
			_, _ = s.writer.exec("ROLLBACK") // fails where SQLite has rolled back already
		}
	}()
	if err := do(s.writer); err != nil {
		return s.failed(err)
	}
	if _, err := s.writer.exec("COMMIT"); err != nil {
		return s.failed(err)
	}
	committed = true
	return nil
}

// exec is a transaction of one statement.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	changed, err := s.writer.exec(query, args...)
	return changed, s.failed(err)
}

// remove is a transaction of one statement that must change a row.
func (s *Store) remove(ctx context.Context, query string, args ...any) error {
	changed, err := s.exec(ctx, query, args...)
	if err == nil && changed == 0 {
		return store.ErrNotFound
	}
	return err
}

// reading is the prepared form of a query on the readers' connections.
func (s *Store) reading(query string) (*sql.Stmt, error) {
	if statement, ok := s.prepared.Load(query); ok {
		return statement.(*sql.Stmt), nil
	}
	statement, err := s.readers.Prepare(query)
	if err != nil {
		return nil, err
	}
	if first, raced := s.prepared.LoadOrStore(query, statement); raced {
		_ = statement.Close()
		return first.(*sql.Stmt), nil
	}
	return statement, nil
}

// get reads the record in the first column of the first row.
func get[T any](ctx context.Context, s *Store, query string, args ...any) (record T, err error) {
	if err := ctx.Err(); err != nil {
		return record, err
	}
	statement, err := s.reading(query)
	if err != nil {
		return record, s.failed(err)
	}
	var data sql.RawBytes
	rows, err := statement.Query(args...)
	if err != nil {
		return record, s.failed(err)
	}
	defer func() { err = cmp.Or(err, rows.Close()) }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return record, s.failed(err)
		}
		return record, store.ErrNotFound
	}
	if err := rows.Scan(&data); err != nil {
		return record, s.failed(err)
	}
	return record, decode(data, &record)
}

// list reads the records in the first column.
func list[T any](ctx context.Context, s *Store, query string, args ...any) ([]T, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	statement, err := s.reading(query)
	if err != nil {
		return nil, s.failed(err)
	}
	rows, err := statement.Query(args...)
	if err != nil {
		return nil, s.failed(err)
	}
	records, err := collect[T](rows)
	return records, s.failed(err)
}

// collect reads the records in the first column and closes rows.
func collect[T any](rows *sql.Rows) (records []T, err error) {
	defer func() { err = cmp.Or(err, rows.Close()) }()
	records = []T{}
	var data sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&data); err != nil {
			return nil, err
		}
		var record T
		if err := decode(data, &record); err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	return records, rows.Err()
}

// read gets a record within a transaction.
func read[T any](w *writer, query string, args ...any) (record T, err error) {
	var data []byte
	if err := w.scan(query, args, []any{&data}); err != nil {
		return record, err
	}
	return record, decode(data, &record)
}

func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}

// encode writes a record as JSON, so that records may grow without a migration:
// what an old row lacks is zero.
func encode(record any) (string, error) {
	data, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("encode %T: %w", record, err)
	}
	return string(data), nil
}

func decode(data []byte, record any) error {
	if err := json.Unmarshal(data, record); err != nil {
		return fmt.Errorf("decode %T: %w", record, err)
	}
	return nil
}

// nanos is a moment as a column that sorts: nanoseconds since 1970, with the
// years that do not fit at the ends.
func nanos(t time.Time) int64 {
	switch year := t.Year(); {
	case year < 1679:
		return math.MinInt64
	case year > 2261:
		return math.MaxInt64
	default:
		return t.UnixNano()
	}
}

// where is the condition that all columns whose value is not empty have it.
func where(columns []string, values ...string) (condition string, args []any) {
	terms := []string{"TRUE"}
	for i, value := range values {
		if value != "" {
			terms, args = append(terms, columns[i]+" = ?"), append(args, value)
		}
	}
	return strings.Join(terms, " AND "), args
}
