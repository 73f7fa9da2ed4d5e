package runexp

import (
	"testing"

	"runexp/framework"
	"runexp/losses/tv"
)

// TestBuiltin checks that there is something of every kind, and that what is
// registered besides is in one program's registries alone.
func TestBuiltin(t *testing.T) {
	first, second := Builtin(), Builtin()
	framework.Register(first.Losses, "mine", "a loss of a third party", tv.Defaults, tv.New)
	if _, err := first.Losses.Lookup("mine"); err != nil {
		t.Error(err)
	}
	if _, err := second.Losses.Lookup("mine"); err == nil {
		t.Error("two calls share a registry")
	}
	for kind, names := range map[string][]string{
		"backbones":  second.Backbones.Names(),
		"losses":     second.Losses.Names(),
		"optimizers": second.Optimizers.Names(),
		"schedules":  second.Schedules.Names(),
		"variables":  second.Variables.Names(),
		"metrics":    second.Metrics.Names(),
	} {
		if len(names) == 0 {
			t.Errorf("no %s", kind)
		}
	}
}
