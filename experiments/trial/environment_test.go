package trial

import "testing"

func TestShellLine(t *testing.T) {
	got := shellLine([]string{"runexp", "-c", "a b.yaml", "losses.tv.weight=0,1", "style=[{image: it's}]", ""})
	if want := `runexp -c 'a b.yaml' losses.tv.weight=0,1 'style=[{image: it'\''s}]' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
