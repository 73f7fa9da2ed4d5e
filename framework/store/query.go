package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mattn/go-sqlite3"
)

// A QueryError says what is wrong with a statement for Query. Nothing was changed.
type QueryError struct {
	Problem string
	At      int // byte of the statement where the word in question begins; −1 if that is not known
}

func (e *QueryError) Error() string { return e.Problem }

// longestValue bounds one value of a query, in bytes.
const longestValue = 256 << 20

// Query runs one statement that reads, and calls row for each row of its result, with the
// names of the columns; before the first with nil values. A value is an int64, a float64, a string, []byte or nil;
// it is valid until row returns. Rows are not kept, so that a result can have any
// length. An error of row ends the query and is returned.
//
// Whatever would write is refused: other statements than SELECT, VALUES and EXPLAIN, ATTACH, pragmas that are not only
// information about tables, and loading extensions.
//
// Errors: *QueryError; ErrBusy if the file was changed meanwhile by a process that began to write
// to it, and rows were passed on already.
func (s *Store) Query(ctx context.Context, statement string, row func(columns []string, values []any) error) error {
	end, second := endOfStatement(statement)
	if second >= 0 {
		return &QueryError{"there is a second statement; give one at a time", second}
	}
	statement = withoutTexts(statement[:end]) // the driver would run a comment after it as a statement without columns
	begun := false
	err := s.read(ctx, func(db *sql.DB) error {
		if begun {
			return errors.New("another process has begun to write to the store while it was read; run the query again")
		}
		return guarded(ctx, db, func(conn *sql.Conn) error {
			return queryRows(ctx, conn, statement, func(columns []string, values []any) error {
				begun = true
				return row(columns, values)
			})
		})
	})
	return asQueryError(err, statement)
}

// guarded lends a connection on which nothing but reading is allowed.
func guarded(ctx context.Context, db *sql.DB, use func(*sql.Conn) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	set := func(guard func(op int, arg1, arg2, arg3 string) int, longest int) error {
		return conn.Raw(func(driver any) error {
			c := driver.(*sqlite3.SQLiteConn)
			c.RegisterAuthorizer(guard)
			c.SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
			return nil
		})
	}
	if err := set(onlyReads, longestValue); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, set(nil, 1_000_000_000)) }() // SQLite's default
	return use(conn)
}

// describingPragmas only tell about tables and the program.
var describingPragmas = []string{"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
	"foreign_key_list", "database_list", "collation_list", "function_list", "pragma_list", "compile_options"}

// statePragmas tell a number of the file; with a value they would change it.
var statePragmas = []string{"user_version", "application_id", "page_count", "page_size", "freelist_count", "encoding", "schema_version", "data_version"}

// onlyReads is SQLite's authorizer for Query.
func onlyReads(op int, arg1, arg2, _ string) int {
	allowed := false
	switch op {
	case sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqliteRecursive:
		allowed = true
	case sqlite3.SQLITE_FUNCTION:
		allowed = !strings.EqualFold(arg2, "load_extension")
	case sqlite3.SQLITE_PRAGMA:
		allowed = slices.Contains(describingPragmas, arg1) || arg2 == "" && slices.Contains(statePragmas, arg1)
	}
	if allowed {
		return sqlite3.SQLITE_OK
	}
	return sqlite3.SQLITE_DENY
}

// sqliteRecursive is SQLITE_RECURSIVE, which the driver does not name (sqlite.org/c3ref/c_alter_table.html).
const sqliteRecursive = 33

func queryRows(ctx context.Context, conn *sql.Conn, statement string, row func([]string, []any) error) error {
	rows, err := conn.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		return &QueryError{"there is no statement that reads; begin with SELECT", -1}
	}
	if err := row(columns, nil); err != nil {
		return err
	}
	values, targets := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := row(columns, values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// asQueryError turns an error that the statement is to blame for into a *QueryError.
func asQueryError(err error, statement string) error {
	if err != nil && strings.HasPrefix(err.Error(), "not enough args") { // the driver has no type for it
		return &QueryError{"there is a parameter (? or :name) in it; write its value", strings.IndexAny(statement, "?:@$")}
	}
	var e sqlite3.Error
	if !errors.As(err, &e) || e.Code == sqlite3.ErrInterrupt {
		return err
	}
	problem := e.Error()
	switch e.Code {
	case sqlite3.ErrAuth, sqlite3.ErrReadonly:
		problem = "only reading is allowed, and this would write or open another file; begin with SELECT"
	case sqlite3.ErrTooBig:
		problem = fmt.Sprintf("a value is larger than %d MiB; select length(…) or substr(…) of it", longestValue>>20)
	case sqlite3.ErrError, sqlite3.ErrMismatch, sqlite3.ErrRange, sqlite3.ErrMisuse:
	default:
		return err
	}
	return &QueryError{problem, place(problem, statement)}
}

// place finds the word that a message of SQLite is about: in quotes, or after a colon. It is not known if the
// statement has the word several times.
func place(problem, statement string) int {
	word := ""
	if _, rest, quoted := strings.Cut(problem, `near "`); quoted {
		word, _, _ = strings.Cut(rest, `": `)
	} else if _, name, named := strings.Cut(problem, "no such "); named {
		_, word, _ = strings.Cut(name, ": ")
	}
	if word == "" || strings.Count(statement, word) != 1 {
		return -1
	}
	return strings.Index(statement, word)
}

// withoutTexts writes names in double quotes in backticks: SQLite takes a name that it does not know for a text if it is in double
// quotes, so that a misspelt column would be a constant. The length stays.
func withoutTexts(statement string) string {
	var b strings.Builder
	for i := 0; i < len(statement); {
		n := tokenLength(statement[i:])
		token := statement[i : i+n]
		doubled := strings.HasPrefix(statement[i+n:], `"`) // a quote in the name
		before := i > 0 && statement[i-1] == '"'
		if n > 1 && token[0] == '"' && token[n-1] == '"' && !doubled && !before && !strings.Contains(token, "`") {
			token = "`" + token[1:n-1] + "`"
		}
		b.WriteString(token)
		i += n
	}
	return b.String()
}

// endOfStatement returns where a statement ends, and where another one begins, −1 if there is none.
func endOfStatement(text string) (end, second int) {
	end = len(text)
	ended := false
	for i := 0; i < len(text); {
		n := tokenLength(text[i:])
		blank := strings.TrimSpace(text[i:i+n]) == "" || strings.HasPrefix(text[i:], "--") || strings.HasPrefix(text[i:], "/*")
		switch {
		case text[i] == ';':
			if !ended {
				end, ended = i, true
			}
		case ended && !blank:
			return end, i
		}
		i += n
	}
	return end, -1
}

// tokenLength is the length of the comment, or text or name in quotes, that SQL begins with; 1 for others.
func tokenLength(text string) int {
	for _, form := range [][2]string{{"--", "\n"}, {"/*", "*/"}, {"'", "'"}, {`"`, `"`}, {"`", "`"}, {"[", "]"}} {
		if rest, is := strings.CutPrefix(text, form[0]); is {
			if end := strings.Index(rest, form[1]); end >= 0 {
				return len(form[0]) + end + len(form[1])
			}
			return len(text)
		}
	}
	return 1
}
