package search

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// text writes a condition with all its parentheses.
func text(c Condition) string {
	switch c := c.(type) {
	case And:
		return "(" + text(c.Left) + " and " + text(c.Right) + ")"
	case Or:
		return "(" + text(c.Left) + " or " + text(c.Right) + ")"
	case Not:
		return "not " + text(c.Of)
	case Comparison:
		if c.Op == Has {
			return c.Field.String()
		}
		return fmt.Sprintf("%s %s %q", c.Field, c.Op, c.Values)
	}
	return "all"
}

func TestParse(t *testing.T) {
	for search, want := range map[string]string{
		"":  "all",
		" ": "all",
		"metrics.eval/style < 0.2 and params.optimizer = adam":  `(metrics.eval/style < ["0.2"] and params.optimizer = ["adam"])`,
		"status in (failed, lost) or (star and not tag = seen)": `(status in ["failed" "lost"] or (star and not tag = ["seen"]))`,
		"loss<1e-3 AND seconds>=60 or run==7":                   `((loss < ["1e-3"] and seconds >= ["60"]) or run = ["7"])`,
		`started > 2026-11-01 and content ~ "golden gate"`:      `(started > ["2026-11-01"] and content ~ ["golden gate"])`,
		`params.stages[0].optimizer.lr = 0.03`:                  `params.stages[0].optimizer.lr = ["0.03"]`,
		`metric."a ""b"" c" != 1`:                               `metrics."a ""b"" c" != ["1"]`,
		`note ~ 'it''s 🖼' and attributes.experiment = "and"`:    `(note ~ ["it's 🖼"] and experiment = ["and"])`,
		`not not star = true`:                                   `not not star = ["true"]`,
		`params.losses.style.layers = "[conv1_1, conv2_1]"`:     `params.losses.style.layers = ["[conv1_1, conv2_1]"]`,
		`params.seed in (1,2,3)`:                                `params.seed in ["1" "2" "3"]`,
	} {
		c, err := Parse(search)
		if err != nil {
			t.Errorf("%s: %v", search, err)
		} else if got := text(c); got != want {
			t.Errorf("%s\n got %s\nwant %s", search, got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for search, want := range map[string]string{
		"stats = 1":                              `character 1: unknown field "stats"`,
		"loss < x":                               `character 8: loss is a number, and "x" is none`,
		"loss <> 1":                              "character 6: there is no operator <>",
		"loss ~ 1":                               "character 8: loss is a number; ~ compares texts",
		"status = finish":                        `character 10: unknown status "finish"`,
		"(star":                                  "character 1: this parenthesis has no end",
		"star) and note":                         `character 5: after a condition comes and, or, or the end, not ")"`,
		"star and":                               "character 9: a field is wanted here",
		"note = 'open":                           "character 8: this quote has no end; add '",
		"status in failed":                       "character 11: values in parentheses follow in",
		"status in (failed lost)":                "character 19: a comma or ) follows a value",
		"started > yesterday":                    "character 11: started is a time",
		"star = 1":                               "character 8: star is true or false",
		"metrics. = 1":                           "character 1: a name follows metrics.",
		"params.a > b":                           `character 12: > compares numbers, and "b" is none`,
		"star\x00":                               "character 5: a character that does not print",
		"loss < nan":                             "is none",
		"run < 0x10":                             "is none",
		strings.Repeat("(", 100) + "star":        "more than 64 levels",
		"star" + strings.Repeat(" or star", 300): "more than 200 comparisons",
		"run in (1" + strings.Repeat(", 1", 110) + ") or run in (1" + strings.Repeat(", 1", 110) + ")": "more than 200 values in lists",
		"run in (1" + strings.Repeat(",1", 300) + ")":                                                  "more than 200 values in lists",
		"tag < 5":                 "character 7: tag is a text; compare it by = != ~ (contains) or in",
		strings.Repeat("a", 5000): "it has 5000 bytes",
	} {
		_, err := Parse(search)
		if at := new(ParseError); !errors.As(err, &at) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", search, err, want)
		}
	}
}

// Whatever is typed is read or refused, and what is read can be written and read again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"metrics.eval/style < 0.2 and params.optimizer = adam", "not (star or tag in ('a', \"b\"))", "note ~ '🖼'", "loss<", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, search string) {
		c, err := Parse(search)
		if err != nil {
			if utf8.ValidString(search) && !utf8.ValidString(err.Error()) {
				t.Errorf("%q: the message %q is no text", search, err)
			}
			return
		}
		for _, field := range Fields(c) {
			again, err := ParseField(field.String())
			if err != nil || again != field {
				t.Errorf("%q: the field %#v is written %s and read %#v (%v)", search, field, field, again, err)
			}
		}
	})
}
