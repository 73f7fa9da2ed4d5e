// Command studies simulates sweeps whose truth is known, and prints how often their reports make
// a false claim, and how often they find an effect that is there: the tables of
// docs/design/014-answers.md.
//
//	go run ./tools/studies [-reports 1000]
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"runexp/reports/effects"
	"runexp/reports/effects/simulated"
)

func main() {
	reports := flag.Int("reports", 1000, "number of simulated reports for each row")
	flag.Parse()
	if flag.NArg() > 0 || *reports < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := print(os.Stdout, *reports); err != nil {
		fmt.Fprintln(os.Stderr, "studies:", err)
		os.Exit(1)
	}
}

func print(w io.Writer, reports int) error {
	fmt.Fprint(w, "| about | study | reports with a false claim |\n| --- | --- | ---: |\n")
	for i, world := range simulated.Worlds() {
		wrong, _, err := world.Wrong(reports, simulated.Random(uint64(i)))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %s | %.1f%% |\n", world.About.Name, world.Name, 100*float64(wrong)/float64(reports))
	}
	fmt.Fprint(w, "\n| design | effect, in standard deviations of the noise | found on these pictures | on pictures like these |\n| --- | ---: | ---: | ---: |\n")
	for _, d := range simulated.Designs() {
		for _, effect := range []float64{0, 1, 2, 4} {
			these, alike, err := found(d, effect, reports)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "| %s | %g | %.0f%% | %s |\n", d.Name, effect, 100*these, alike)
		}
	}
	return nil
}

// found is how often an effect of two levels on one metric is claimed. Both pictures of a pair
// change it by as much as the noise does, which has the standard deviation 1.
func found(d simulated.Named, effect float64, reports int) (these float64, alike string, err error) {
	world := simulated.World{
		Design: simulated.Grid([]effects.Factor{simulated.Names("pooling", "avg", "max")}, d.Units, simulated.Claimed("noise")),
		Noise:  simulated.Normal, Pictures: 1,
		Real: func(_ int, levels []int) float64 { return effect * float64(levels[0]) },
	}
	r := simulated.Random(40)
	onThese, onAlike, able := 0, 0, false
	for range reports {
		a, err := effects.Analyze(world.Study(r))
		if err != nil {
			return 0, "", err
		}
		e := a.Effects[0]
		if e.Claim() {
			onThese++
		}
		if e.Alike != nil {
			able = true
			if e.Alike.Holds {
				onAlike++
			}
		}
	}
	alike = "no claim"
	if able {
		alike = fmt.Sprintf("%.0f%%", 100*float64(onAlike)/float64(reports))
	}
	return float64(onThese) / float64(reports), alike, nil
}
