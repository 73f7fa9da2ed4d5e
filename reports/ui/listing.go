package ui

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"runexp/framework/store"
	"runexp/framework/store/search"
)

const (
	pageLength  = 100 // runs on a page
	mostColumns = 40  // each is read for each run
	mostOrders  = 4   // each is a sort of all runs
	lastPage    = 1_000_000
)

// A listing is what an address asks of the list of runs: it is all of its state.
type listing struct {
	Where   string
	Sort    []string // fields, the first decides first; - in front of one is descending
	Columns []string // fields; empty: the usual ones
	Page    int      // from 1
	Deleted bool     // the deleted runs
}

// usual are the columns of a listing that names none.
func usual() []string {
	return []string{"experiment", "status", "content", "style", "loss", "metrics.eval/content", "metrics.eval/style", "iterations", "seconds", "started", "tag"}
}

// readListing reads the query of an address.
func readListing(query url.Values) listing {
	l := listing{Where: strings.TrimSpace(query.Get("where")), Deleted: query.Get("deleted") != ""}
	l.Sort, l.Columns = fieldList(query["sort"]), fieldList(query["columns"])
	l.Page, _ = strconv.Atoi(query.Get("page"))
	l.Page = min(max(l.Page, 1), lastPage)
	return l
}

// fieldList reads fields from values that each have one or several, with commas between them.
func fieldList(values []string) (fields []string) {
	for _, value := range values {
		for _, name := range splitFields(value) {
			if !slices.Contains(fields, name) {
				fields = append(fields, name)
			}
		}
	}
	return fields
}

// splitFields splits at commas outside of quotes.
func splitFields(text string) (names []string) {
	quoted := false
	for _, part := range strings.FieldsFunc(text, func(r rune) bool {
		quoted = quoted != (r == '"')
		return r == ',' && !quoted
	}) {
		if part = strings.TrimSpace(part); part != "" {
			names = append(names, part)
		}
	}
	return names
}

// Address returns the address of the listing.
func (l listing) Address() string { return "/" + l.query() }

// query is the query of the listing with its question mark; "" for the usual listing.
func (l listing) query() string {
	values := url.Values{}
	if l.Where != "" {
		values.Set("where", l.Where)
	}
	if len(l.Sort) > 0 {
		values.Set("sort", strings.Join(l.Sort, ","))
	}
	if len(l.Columns) > 0 {
		values.Set("columns", strings.Join(l.Columns, ","))
	}
	if l.Page > 1 {
		values.Set("page", strconv.Itoa(l.Page))
	}
	if l.Deleted {
		values.Set("deleted", "1")
	}
	if len(values) == 0 {
		return ""
	}
	return "?" + values.Encode()
}

// at is the listing's page of this number.
func (l listing) at(page int) listing {
	l.Page = page
	return l
}

// sorted is the listing sorted by a field: first as people read it, then the other way, then no more.
func (l listing) sorted(field string) listing {
	var sort []string
	switch {
	case len(l.Sort) == 0 || strings.TrimPrefix(l.Sort[0], "-") != field:
		sort = []string{field}
	case l.Sort[0] == field:
		sort = []string{"-" + field}
	}
	l.Sort, l.Page = sort, 1
	return l
}

// columns are the columns that it names, or the usual ones.
func (l listing) columns() []string {
	if len(l.Columns) == 0 {
		return usual()
	}
	return l.Columns
}

// problemOf is what is wrong with a filter, an order or columns, for the page to say beside the filter; "" for any other error.
func problemOf(err error) string {
	var unknown *store.UnknownFieldError
	switch {
	case errors.As(err, &unknown):
		return unknown.Error()
	case errors.As(err, new(*search.ParseError)), errors.As(err, new(*badRequest)):
		return err.Error()
	}
	return ""
}

// filter reads the listing's fields and conditions. Errors: those that problemOf tells.
func (l listing) filter() (f store.Filter, columns []search.Field, err error) {
	f = store.Filter{Deleted: l.Deleted, Limit: pageLength, Offset: (l.Page - 1) * pageLength}
	var problems []error
	f.Where, err = search.Parse(l.Where)
	problems = append(problems, err)
	if len(l.Sort) > mostOrders {
		return f, nil, bad("the order names %d fields, and may name %d", len(l.Sort), mostOrders)
	}
	if len(l.Columns) > mostColumns {
		return f, nil, bad("%d columns are chosen, and may be %d; choose fewer", len(l.Columns), mostColumns)
	}
	for _, name := range l.Sort {
		bare, descending := strings.CutPrefix(name, "-")
		field, err := fieldOf("the order", bare)
		problems = append(problems, err)
		f.Order = append(f.Order, store.Order{Field: field, Descending: descending})
	}
	for _, name := range l.columns() {
		field, err := fieldOf("the columns", name)
		problems = append(problems, err)
		columns = append(columns, field)
	}
	return f, columns, errors.Join(problems...)
}

// fieldOf reads a field of the order or the columns, whose errors say so.
func fieldOf(of, name string) (search.Field, error) {
	field, err := search.ParseField(name)
	if wrong := new(search.ParseError); errors.As(err, &wrong) {
		wrong.Of = of
	}
	return field, err
}
