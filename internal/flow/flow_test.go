package flow

import "testing"

func TestJSON(t *testing.T) {
	for text, want := range map[string]string{
		"[conv1_1, {layer: conv2_1, weight: 0.50}]": `["conv1_1",{"layer":"conv2_1","weight":0.50}]`,
		"[]":                     `[]`,
		"[1, 1e-8, true, ~, .5]": `[1,1e-8,true,null,0.5]`,
		`["1", 'a"b', .inf]`:     `["1","a\"b",".inf"]`,
		"{b: 1, a: [2]}":         `{"b":1,"a":[2]}`,
	} {
		if got, err := JSON(text); err != nil || string(got) != want {
			t.Errorf("%s is %s, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "[a", "[*a]", "[x].png"} {
		if got, err := JSON(text); err == nil {
			t.Errorf("%q is %s, want an error", text, got)
		}
	}
}

// Only a list is one, and Text gives it back as it was written.
func TestList(t *testing.T) {
	for _, text := range []string{"[conv1_1, {layer: conv2_1, weight: 0.5}]", "[]", `["1", b c, 2]`} {
		list, is := List(text)
		if got := Text(list); !is || got != text {
			t.Errorf("%s became %s and %s", text, list, got)
		}
	}
	for _, text := range []string{"conv1_1", "[x].png", "{a: 1}", "1", "[a"} {
		if list, is := List(text); is {
			t.Errorf("%q is the list %s", text, list)
		}
	}
	for _, text := range []string{`"a"`, "1", "true"} {
		if got := Text([]byte(text)); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}
