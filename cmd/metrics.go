package cmd

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework"
	"runexp/framework/evaluate"
	"runexp/internal/printable"
)

// listedMetric is a metric as listed.
type listedMetric struct {
	Name       string   `json:"name"` // eval/content
	Label      string   `json:"label"`
	Doc        string   `json:"doc"`
	Formula    string   `json:"formula"`
	Unit       string   `json:"unit"`
	Low        float    `json:"low"`  // null for no bound
	High       float    `json:"high"` // null for no bound
	Better     string   `json:"better"`
	Against    string   `json:"against"`
	Equal      float    `json:"equal"`  // of a picture that equals the image compared with; null if there is none
	Layers     string   `json:"layers"` // content, style, structure: held out; fixed, together: those of Fixed
	Fixed      []string `json:"fixed"`
	Source     string   `json:"source"`
	Comparable string   `json:"comparable"` // with which published numbers; "" for none
	OnRequest  bool     `json:"on_request"`
}

// metricsCommand is `runexp metrics [NAME…]`.
func (a *app) metricsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "metrics [NAME …]",
		Short: "List the metrics, with their formulas and sources",
		Long: `List the metrics that rate finished pictures, or those that are named: what each measures, its
formula, range, which direction is better, the layers that it reads, where it is published, and
with which published numbers its values may be compared, under which conditions.

Metrics at held-out layers read layers that no run's losses read. Those at fixed layers read the
layers of their publication, which runs may optimise; they are computed where the network that
scores (evaluate.backbone) has these layers. Metrics on request are costly: they are computed if
sweep.metrics or evaluate.metrics names them.

Reads and writes no files. --json prints a list of objects.

Exit codes: 0 printed; 2 for an unknown metric.

See also: runexp plugins, runexp backbones, runexp compare`,
		Example: `  runexp metrics
  runexp metrics eval/cfsd eval/cfsd_published
  runexp metrics --json`,
		ValidArgsFunction: words(evaluate.Names(a.plugins.Metrics)...),
		RunE: func(_ *cobra.Command, args []string) error {
			rows, err := a.listMetrics(args)
			switch {
			case err != nil:
				return usage(err)
			case a.json:
				return printJSON(a.stdout, rows)
			}
			return writeMetrics(a.stdout, rows)
		},
	}
}

// listMetrics returns the named metrics, with or without eval/ before the name; all if none
// is named.
func (a *app) listMetrics(named []string) ([]listedMetric, error) {
	names := evaluate.Names(a.plugins.Metrics)
	wanted := names
	if len(named) > 0 {
		wanted = nil
	}
	for _, name := range named {
		full := evaluate.Prefix + strings.TrimPrefix(name, evaluate.Prefix)
		if !slices.Contains(names, full) {
			return nil, framework.UnknownName("metric", full, names)
		}
		wanted = append(wanted, full)
	}
	rows := make([]listedMetric, len(wanted))
	for i, name := range wanted {
		d, _ := evaluate.Describe(a.plugins.Metrics, name)
		rows[i] = listedMetric{
			Name: name, Label: d.Label, Doc: d.Doc, Formula: d.Formula, Unit: d.Unit, Low: float(d.Low), High: float(d.High), Better: string(d.Better),
			Against: string(d.Against), Equal: float(d.Equal), Layers: string(d.Layers), Fixed: d.Fixed, Source: d.Source, Comparable: d.Comparable, OnRequest: d.OnRequest,
		}
		if d.Against == "" {
			rows[i].Equal = float(math.NaN())
		}
	}
	return rows, nil
}

func writeMetrics(w io.Writer, rows []listedMetric) error {
	var s strings.Builder
	for i, r := range rows {
		if i > 0 {
			s.WriteByte('\n')
		}
		fmt.Fprintf(&s, "%s: %s\n", r.Name, printable.Text(r.Label))
		for _, line := range r.lines() {
			fmt.Fprintf(&s, "  %-11s %s\n", line[0], printable.Text(line[1]))
		}
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// lines returns what there is to say of a metric, each with its heading.
func (r listedMetric) lines() [][2]string {
	lines := [][2]string{{"what", r.Doc}}
	add := func(heading, text string) {
		if text != "" {
			lines = append(lines, [2]string{heading, text})
		}
	}
	add("formula", r.Formula)
	add("range", r.span())
	if r.Against != "" {
		add("against", fmt.Sprintf("the %s image; a picture equal to it scores %.4g", r.Against, r.Equal))
	}
	add("layers", r.layersText())
	add("source", r.Source)
	if add("comparable", r.Comparable); r.Comparable == "" {
		add("comparable", "with no published numbers; between runs with the same scorer")
	}
	if r.OnRequest {
		add("computed", "on request: named by sweep.metrics or evaluate.metrics")
	}
	return lines
}

// span returns the range and the better direction.
func (r listedMetric) span() string {
	low, high := fmt.Sprintf("[%.4g", r.Low), fmt.Sprintf("%.4g]", r.High)
	if math.IsInf(float64(r.Low), 0) {
		low = "(−∞"
	}
	if math.IsInf(float64(r.High), 0) {
		high = "∞)"
	}
	text := low + ", " + high
	if r.Unit != "" {
		text += " " + r.Unit
	}
	if r.Better == string(framework.Neither) {
		return text + ", no direction is better"
	}
	return text + ", " + r.Better + " is better"
}

// layersText says which layers a metric reads.
func (r listedMetric) layersText() string {
	const each = "; a value at each, and their mean"
	switch framework.LayersOf(r.Layers) {
	case framework.ContentLayers:
		return "held out, of strides 4 and 8" + each
	case framework.StyleLayers:
		return "held out, one of each block" + each
	case framework.StructureLayer:
		return "held out, one"
	case framework.FixedLayers, framework.LayersTogether:
		text := "fixed: " + strings.Join(r.Fixed, ", ")
		if len(r.Fixed) > 1 && r.Layers == string(framework.FixedLayers) {
			text += each
		}
		return text
	}
	return "none, only pixels"
}
