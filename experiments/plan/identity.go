package plan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"runexp/framework"
	"runexp/framework/config"
)

// hashFiles returns the checksums of the weights and of all files that an experiment
// names, by key path.
func (p *Planner) hashFiles(ctx context.Context, r *config.Resolved, w framework.Weights) (map[string]string, error) {
	sums := map[string]string{}
	for _, f := range r.Files() {
		sum, err := p.hashFile(ctx, f.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		sums[f.Path] = sum
	}
	sum, err := p.hashWeights(ctx, w)
	if err != nil {
		return nil, err
	}
	if sum != "" {
		sums["backbone.weights"] = sum
	}
	return sums, nil
}

// identity is the hash of a trial's identity: all settings of the resolved config except
// experiment, checkpoint.* and evaluate.*, with files by content instead of by path, the
// strength by its factor, and the files that no setting names. Threads and output folders are not settings and not
// part of it.
func identity(params []config.Param, files map[string]string) (string, error) {
	h := sha256.New()
	line := json.NewEncoder(h) // one [path, value] a line
	unnamed := maps.Clone(files)
	for _, p := range params {
		if p.Path == "experiment" || strings.HasPrefix(p.Path, "checkpoint.") || strings.HasPrefix(p.Path, "evaluate.") {
			continue
		}
		value := p.Value
		if strength, is := value.(float64); is && p.Path == "strength" {
			factor := framework.StrengthFactor(strength)
			if factor == 1 {
				continue // the recipe as written
			}
			value = factor
		}
		if sum, isFile := files[p.Path]; isFile {
			value = sum
			delete(unnamed, p.Path)
		}
		if err := line.Encode([2]any{p.Path, value}); err != nil {
			return "", fmt.Errorf("%s: %w", p.Path, err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(unnamed)) {
		if err := line.Encode([2]any{path, files[path]}); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
