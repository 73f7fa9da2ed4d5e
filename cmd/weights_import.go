package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"runexp/framework/sizes"
	"runexp/framework/weights"
	"runexp/internal/homedir"
)

func (w *weightsVerbs) importCommand() *cobra.Command {
	var as string
	force := false
	c := &cobra.Command{
		Use:   "import FILE --as NAME",
		Short: "Convert a weights file into the cache",
		Long: `Check that a safetensors or PyTorch file (.pth, .pt: a state dict) holds what a backbone
needs, and convert that into the cache. NAME is a backbone's name, with or without a format, as
in vgg19-torchvision; runexp weights ls lists names. No code in the file is run.

Reads FILE. Writes NAME.safetensors in the cache, atomically and with the file's checksum, licence
and citation in its metadata, and prints its path. --json prints one object, as in
runexp weights ls.

Exit codes: 0 imported; 2 for a file that is damaged, of another network or contains code, for
weights that already exist, and for a cache that cannot be written.

See also: runexp weights pull, runexp weights verify, runexp weights`,
		Example: `  runexp weights import vgg19-dcbb9e9d.pth --as vgg19
  runexp weights import vgg19.safetensors --as vgg19-oxford --force`,
		ValidArgsFunction: firstArg(cobra.FixedCompletions([]string{"pth", "pt", "safetensors"}, cobra.ShellCompDirectiveFilterFileExt)),
		Args:              exactArgs(1, "one file"),
		RunE: func(c *cobra.Command, args []string) error {
			if as == "" {
				return usage(errors.New("name the weights with --as NAME, such as --as vgg19; runexp weights ls lists names"))
			}
			return w.convert(c.Context(), args[0], as, force)
		},
	}
	c.Flags().StringVar(&as, "as", "", "the name under which a backbone looks for the weights")
	c.Flags().BoolVar(&force, "force", false, "replace existing weights")
	completeFlag(c, "as", w.names)
	return c
}

// convert writes the tensors that a backbone needs from the file at path into the cache.
func (w *weightsVerbs) convert(ctx context.Context, path, as string, force bool) error {
	backbone, identifier, err := w.identifier(as)
	if err != nil {
		return usage(err)
	}
	if path, err = homedir.Expand(path); err != nil {
		return usage(err)
	}
	f, err := weights.Open(path)
	if err != nil {
		return usage(err)
	}
	defer f.Close()
	is, err := identifier.Identify(f, strings.TrimPrefix(as, backbone+"-"))
	if err != nil {
		return usage(fmt.Errorf("weights %s: %w", path, err))
	}
	name := backbone + "-" + is.Format
	if as != backbone && as != name {
		return usage(fmt.Errorf("weights %s: the format is %s, not as %s says; import it with --as %s", path, is.Format, as, name))
	}
	if err := f.Check(is.Tensors); err != nil {
		return usage(err)
	}
	target, err := w.places.Cached(name)
	if err != nil {
		return usage(err)
	}
	if _, err := os.Lstat(target); err == nil && !force {
		return usage(fmt.Errorf("weights %s already exist: %s; --force replaces them", name, target))
	}
	metadata, err := w.provenance(ctx, f, name)
	if err != nil {
		return err
	}
	maps.Copy(metadata, is.Metadata)
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return usage(err)
	}
	if err := f.Convert(ctx, target, slices.Collect(maps.Keys(is.Tensors)), metadata); err != nil {
		return usage(err)
	}
	if found, err := weights.Find(name, w.places); err == nil && found != target {
		fmt.Fprintf(w.stderr, "note: RUNEXP_WEIGHTS takes precedence over the cache and has other weights of that name: %s\n", found)
	}
	row := w.found(name, target)
	if w.json {
		return printJSON(w.stdout, row)
	}
	fmt.Fprintf(w.stdout, "%s: %s, %s, %s\n", name, sizes.Count(len(is.Tensors), "tensor"), mebibytes(row.Bytes), target)
	if is.Reading != "" {
		fmt.Fprintf(w.stdout, "read as: %s\n", is.Reading)
	}
	if terms := metadata["licence"]; terms != "" {
		fmt.Fprintf(w.stdout, "licence: %s\n", terms)
	}
	if citation := metadata["citation"]; citation != "" {
		fmt.Fprintf(w.stdout, "cite: %s\n", citation)
	}
	return nil
}

// provenance returns metadata: where the weights come from, licence and citation.
func (w *weightsVerbs) provenance(ctx context.Context, f *weights.File, name string) (map[string]string, error) {
	sum, err := f.SHA256(ctx)
	if err != nil {
		return nil, err
	}
	metadata := f.Metadata()
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata["source_sha256"] = sum // not the file's name: the same weights must make the same file, and the same trial
	source, known := w.source(name)
	if !known {
		return metadata, nil
	}
	if source.SHA256 != "" && !strings.HasPrefix(sum, source.SHA256) {
		fmt.Fprintf(w.stderr, "note: this is not the file that the publisher of %s provides: its SHA-256 is %s\n", name, sum)
	}
	for key, text := range map[string]string{"licence": source.Terms, "citation": source.Citation} {
		if metadata[key] == "" {
			metadata[key] = text
		}
	}
	return metadata, nil
}
