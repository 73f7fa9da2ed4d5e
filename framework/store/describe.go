package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Relation describes a table or a view of a store, for readers of SQL.
type Relation struct {
	Kind    string // table or view
	Name    string
	Doc     string // the comment above it in the migrations
	Columns []Column
}

// A Column describes a column of a Relation.
type Column struct {
	Name       string
	Type       string // as declared; "" for any, and in views
	Key        bool   // part of the primary key
	Null       bool   // whether it may be NULL; not known for views
	References string // table of a foreign key; "" for none
	Doc        string // the comment beside or above it; "" for none
}

// Schema describes the tables and views of a new store, in order of their migrations:
// columns as SQLite has them, texts from the comments. Errors: one without a comment.
func Schema(ctx context.Context) ([]Relation, error) {
	db := openPool(":memory:", 1)
	defer db.Close()
	if err := migrate(ctx, db, migrations()); err != nil {
		return nil, err
	}
	list, err := collect(ctx, db, func(r *Relation) []any { return []any{&r.Kind, &r.Name} },
		`SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type, name`)
	if err != nil {
		return nil, err
	}
	docs := readComments(migrations())
	var problems []error
	for i := range list {
		r := &list[i]
		if r.Doc = docs.relations[r.Name]; r.Doc == "" {
			problems = append(problems, fmt.Errorf("the %s %s has no comment above it in the migrations", r.Kind, r.Name))
		}
		r.Columns, err = collect(ctx, db, func(c *Column) []any { return []any{&c.Name, &c.Type, &c.Key, &c.Null, &c.References} },
			`SELECT c.name, c.type, c.pk > 0, c."notnull" = 0 AND c.pk = 0, coalesce((SELECT f."table" FROM pragma_foreign_key_list(?1) f WHERE f."from" = c.name), '')
			FROM pragma_table_info(?1) c ORDER BY c.cid`, r.Name)
		if err != nil {
			return nil, err
		}
		for k := range r.Columns {
			c := &r.Columns[k]
			c.Doc = docs.columns[r.Name+"."+c.Name]
			if r.Kind == "view" {
				c.Type = "" // SQLite's guess
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Relation) int { return docs.order[a.Name] - docs.order[b.Name] })
	return list, errors.Join(problems...)
}

// Conventions is the comment at the head of the first migration: what holds for all tables.
func Conventions() string {
	var lines []string
	for line := range strings.Lines(migrations()[0].sql) {
		text, is := strings.CutPrefix(strings.TrimSpace(line), "--")
		if !is {
			break
		}
		lines = append(lines, strings.TrimPrefix(text, " "))
	}
	now := fmt.Sprintf("(%d in this version)", len(migrations()))
	return strings.Replace(strings.Join(lines, "\n"), "(this is 1)", now, 1)
}

// comments are the comments of the migrations.
type comments struct {
	relations map[string]string // by table or view
	columns   map[string]string // by table.column
	order     map[string]int
}

var (
	createLine = regexp.MustCompile(`^CREATE (?:TABLE|VIEW) (\w+)`)
	alterLine  = regexp.MustCompile(`^ALTER TABLE (\w+) ADD COLUMN (\w+)`)
	columnLine = regexp.MustCompile(`^ +(\w+)[ ,].*?-- (.+)$`)
	viewLine   = regexp.MustCompile(` AS (\w+),? *-- (.+)$`)
)

// readComments reads them: the comment lines right above a statement, and those at the end
// of a column's line. A later statement without a comment keeps the earlier one.
func readComments(list []migration) comments {
	c := comments{map[string]string{}, map[string]string{}, map[string]int{}}
	for _, m := range list {
		above, relation := "", ""
		for line := range strings.Lines(m.sql) {
			line = strings.TrimRight(line, "\n")
			text, isComment := strings.CutPrefix(line, "--")
			created, altered := createLine.FindStringSubmatch(line), alterLine.FindStringSubmatch(line)
			switch {
			case isComment:
				above = strings.TrimSpace(above + " " + strings.TrimSpace(text))
				continue
			case strings.HasPrefix(line, "DROP VIEW"):
				continue // the comment is about its successor
			case created != nil:
				relation = created[1]
				if _, known := c.order[relation]; !known {
					c.order[relation] = len(c.order)
				}
				if above != "" {
					c.relations[relation] = above
				}
			case altered != nil:
				c.columns[altered[1]+"."+altered[2]] = above
			case relation != "":
				c.column(relation, line)
			}
			above = ""
			if strings.HasSuffix(line, ";") {
				relation = ""
			}
		}
	}
	return c
}

// column reads the comment at the end of a line of a table or view.
func (c comments) column(relation, line string) {
	for _, form := range []*regexp.Regexp{viewLine, columnLine} {
		if m := form.FindStringSubmatch(line); m != nil {
			c.columns[relation+"."+m[1]] = m[2]
			return
		}
	}
}
