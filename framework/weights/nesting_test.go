package weights

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// text is a string of a pickle.
func text(s string) string { return "U" + string([]byte{byte(len(s))}) + s }

// nested is a pickle of dictionaries around state dicts.
func nested(body string) []byte { return legacy(proto+"}("+body+"u.", 1, 2) }

// state is a state dict {"w": tensor of two values}.
func state() string {
	return "}(" + text("w") + rebuild + persistent("K\x02") + "K\x00K\x02\x85K\x01\x85" + rest + "Ru"
}

// TestNesting: a state dict is found under any key.
func TestNesting(t *testing.T) {
	for _, key := range []string{"state_dict", "model", "model_state_dict", "net", "weights"} {
		for name, body := range map[string]string{
			"alone":        text(key) + state(),
			"with others":  text("epoch") + "K\x03" + text(key) + state() + text("optimizer") + "}",
			"twice nested": text("checkpoint") + "}(" + text(key) + state() + "u",
		} {
			if got, err := open(t, nested(body)).Read("w"); err != nil || len(got) != 2 {
				t.Errorf("%s %s: %v, %v", key, name, got, err)
			}
		}
	}
	deep := strings.Repeat(text("a")+"}(", 30) + text("model") + state() + strings.Repeat("u", 30)
	long := strings.Repeat("x", 200)
	for want, file := range map[string][]byte{
		"several state dicts, ema, model; save the right one": nested(text("model") + state() + text("ema") + state()),
		"no state dict; its keys are a;":                      nested(deep),
		"its keys are " + long[:60] + "…;":                    legacy(proto + "}(" + text(long) + "Nu."),
		`its keys are \x1b[2J;`:                               legacy(proto + "}(" + text("\x1b[2J") + "Nu."),
	} {
		_, err := OpenReader(bytes.NewReader(file), int64(len(file)), "bad.pth")
		expect(t, err, "bad.pth", want)
	}
}

// TestHeaderLimits: too large a header or too many entries are errors, and no message
// repeats the content.
func TestHeaderLimits(t *testing.T) {
	var many strings.Builder
	for i := range maxEntries + 1 {
		fmt.Fprintf(&many, `"%d":"",`, i)
	}
	long := strings.Repeat("x", 1_000_000)
	for want, header := range map[string]string{
		"its header has 17000006 bytes, more than the limit of 16000000": `{"` + strings.Repeat("x", 17_000_000) + `":1}`,
		"more than 65536 entries":     `{"__metadata__":{` + strings.TrimSuffix(many.String(), ",") + `}}`,
		"want a list or object":       `{"a":"` + long + `"}`,
		`"` + long[:60] + `…": got 1`: `{"` + long + `":1}`,
		"unknown dtype":               `{"a":{"dtype":"` + long + `","shape":[],"data_offsets":[0,0]}}`,
		"is not a whole number":       `{"a":{"dtype":"F32","shape":[` + strings.Repeat("1", 1_000_000) + `],"data_offsets":[0,0]}}`,
		"more than 16 numbers":        `{"a":{"dtype":"F32","shape":[` + strings.Repeat("1,", 99_999) + `1],"data_offsets":[0,0]}}`,
		`"\x1b[2J": it needs dtype`:   `{"\u001b[2J":{}}`,
	} {
		file := build(header, nil)
		_, err := OpenReader(bytes.NewReader(file), int64(len(file)), "bad.safetensors")
		expect(t, err, "bad.safetensors", want)
		if err != nil && len(err.Error()) > 300 {
			t.Errorf("%s: the error takes %d bytes", want, len(err.Error()))
		}
	}
}
