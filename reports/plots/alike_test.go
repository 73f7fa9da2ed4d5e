package plots

import (
	"strings"
	"testing"
)

// Names that are alike for longer than there is room, or but for what does not
// print, are different in a legend.
func TestNamesStayDifferent(t *testing.T) {
	long := strings.Repeat("paintings/", 6)
	for _, names := range [][2]string{{long + "wave", long + "barn"}, {long + "a" + long, long + "b" + long}, {"a\nb", "a b"}} {
		c := Convergence{Series: []Series{{Name: names[0]}, {Name: names[1]}}}
		key := c.legend(c.lines(), 0)
		if key[0].name == key[1].name {
			t.Errorf("%q and %q are both %q", names[0], names[1], key[0].name)
		}
	}
}
