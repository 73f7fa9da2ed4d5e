package reports

import (
	"context"
	"encoding/json"

	"runexp/framework/store"
	"runexp/framework/store/record"
	"runexp/internal/printable"
)

// Flaws returns what is wrong with the pictures of runs, by run. Stores of earlier versions
// have none. A flaw that cannot be read is left out.
func Flaws(ctx context.Context, s *store.Store) (map[int64]record.Flaw, error) {
	events, err := s.EventsOfKind(ctx, record.Flaw{}.Kind())
	if err != nil {
		return nil, err
	}
	flaws := map[int64]record.Flaw{}
	for run, e := range events {
		var f record.Flaw
		if json.Unmarshal(e.Data, &f) == nil && f.Flaw != "" {
			flaws[run] = record.Flaw{ // a store may come from elsewhere
				Flaw: printable.Text(f.Flaw), What: printable.Text(f.What), Cause: printable.Text(f.Cause), Change: printable.Text(f.Change),
			}
		}
	}
	return flaws, nil
}
