package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"runexp/framework/store/record"
	"runexp/internal/flow"
)

// settingsFrom is the version from which paths of settings are written as on the command
// line, and lists as JSON. Before, they were stages[0].size and a text of YAML.
const settingsFrom = 8

// oldSetting returns the path and value of a setting of an older store as they are now.
func oldSetting(path string, value json.RawMessage) (string, json.RawMessage) {
	path = record.SettingPath(path)
	var text string
	if isText(path) || !strings.HasPrefix(string(value), `"[`) || json.Unmarshal(value, &text) != nil {
		return path, value
	}
	if list, is := flow.List(text); is {
		return path, list
	}
	return path, value
}

// isText reports whether a setting is a text that people choose, which is none of a list
// even if it looks like one.
func isText(path string) bool {
	end := path[strings.LastIndexByte(path, '.')+1:]
	return slices.Contains([]string{"experiment", "name", "image", "weights", "mask"}, end)
}

// oldSettings reports whether a store has settings as oldSetting takes them.
func oldSettings(ctx context.Context, db queryer) (bool, error) {
	version, err := identify(ctx, db, true)
	return version < settingsFrom, err
}

// rewriteSettings is the Go part of migration 008.
func rewriteSettings(ctx context.Context, tx *sql.Tx) error {
	paths, err := collect(ctx, tx, func(path *string) []any { return []any{path} }, `SELECT DISTINCT path FROM params WHERE path GLOB '*[[][0-9]*'`)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if _, err := tx.ExecContext(ctx, `UPDATE OR REPLACE params SET path = ? WHERE path = ?`, record.SettingPath(path), path); err != nil {
			return err
		}
	}
	type row struct{ path, value string }
	lists, err := collect(ctx, tx, func(r *row) []any { return []any{&r.path, &r.value} }, `SELECT DISTINCT path, value FROM params WHERE value GLOB '"[[]*'`)
	if err != nil {
		return err
	}
	for _, r := range lists {
		_, list := oldSetting(r.path, json.RawMessage(r.value))
		if _, err := tx.ExecContext(ctx, `UPDATE params SET value = ? WHERE path = ? AND value = ?`, string(list), r.path, r.value); err != nil {
			return err
		}
	}
	return nil
}
