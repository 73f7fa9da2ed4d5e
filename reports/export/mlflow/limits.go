package mlflow

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"path"
	"strings"
	"unicode"
)

// MLflow's limits, from mlflow/utils/validation.py. Lengths are in characters.
const (
	mostMetrics   = 1000    // in a call of log-batch
	mostTexts     = 100     // params, or tags, in a call
	mostBytes     = 900_000 // of a call; the server takes a million
	longestKey    = 250
	longestParam  = 6000
	longestTag    = 8000
	longestName   = 250 // of an experiment: the database has 256
	digestOfNames = 8   // digits that keep changed names apart

	mostExperiments = 500 // in an answer or a question; the server allows 1000
)

// key returns a name as MLflow takes it for a metric, a param or a tag: of letters, digits,
// _ - . space and /, which must not read as another path. A changed name gets a digest of
// the original, so that different names stay different.
func key(name string) string {
	var b strings.Builder
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-. /", r) {
			r = '_'
		}
		b.WriteRune(r)
	}
	parts := strings.Split(b.String(), "/")
	for i, part := range parts {
		if part == "" || part == "." || strings.HasPrefix(part, "..") {
			parts[i] = "_" + part
		}
	}
	changed := strings.Join(parts, "/")
	if changed == name && length(name) <= longestKey && path.Clean(name) == name {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	end := "-" + hex.EncodeToString(sum[:])[:digestOfNames]
	return first(changed, longestKey-len(end)) + end
}

func length(text string) int { return len([]rune(text)) }

// first returns the first characters of a text.
func first(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// shortened returns a text of at most that many characters; … says that it is not all.
func shortened(text string, most int) string {
	if length(text) <= most {
		return text
	}
	return first(text, most-1) + "…"
}

// A value is a metric's value in JSON. MLflow keeps NaN, and the largest number in place of
// infinity.
type value float64

// MarshalJSON writes NaN as text, which JSON numbers cannot be.
func (v value) MarshalJSON() ([]byte, error) {
	switch f := float64(v); {
	case math.IsNaN(f):
		return []byte(`"NaN"`), nil
	case math.IsInf(f, 0):
		return json.Marshal(math.Copysign(math.MaxFloat64, f))
	default:
		return json.Marshal(f)
	}
}
