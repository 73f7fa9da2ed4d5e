package record

import "regexp"

// itemIndex is the index of a list's item, as messages about configs and older stores write it.
var itemIndex = regexp.MustCompile(`\[(\d+)\]`)

// SettingPath returns the path of a setting as on the command line and in stores:
// stages.0.iterations of stages[0].iterations.
func SettingPath(path string) string { return itemIndex.ReplaceAllString(path, ".$1") }
