package experiments

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"runexp/framework/config"
	"runexp/framework/run"
	"runexp/framework/weights"
)

// hashes are the SHA-256 sums of the files that a trial reads, in hex, by key
// path: content.image, style[0].image, losses.style.mask, backbone.weights (of
// weights that are part of the program too).
type hashes map[string]string

// hashFiles reads every file that the experiment names.
func (l *Lab) hashFiles(ctx context.Context, r *config.Resolved, plan *run.Prepared) (hashes, error) {
	sums := hashes{}
	for _, f := range r.Files() {
		sum, err := l.hashPicture(ctx, f.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		sums[f.Path] = sum
	}
	sum, err := l.hashWeights(ctx, plan.Weights())
	if err != nil {
		return nil, err
	}
	if sum != "" {
		sums["backbone.weights"] = sum
	}
	return sums, nil
}

func hashFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return weights.Sum(ctx, f)
}

// identity is the hash of what a trial means: every setting of the resolved
// config but the experiment's name, how often it is checkpointed and how its
// pictures are scored, with files by content instead of by path, and the files
// that no setting names. Threads and output folders are no settings and do not
// enter it.
func identity(params []config.Param, files hashes) (string, error) {
	h := sha256.New()
	line := json.NewEncoder(h) // one [path, value] a line
	unnamed := maps.Clone(files)
	for _, p := range params {
		if p.Path == "experiment" || strings.HasPrefix(p.Path, "checkpoint.") || strings.HasPrefix(p.Path, "evaluate.") {
			continue
		}
		value := p.Value
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
