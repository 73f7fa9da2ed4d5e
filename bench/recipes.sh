#!/usr/bin/env bash
# The recipes that people come from, on eight pairs of real pictures, each used once: as a sweep
# over presets with its report, as OUT/gallery-BACKBONE.jpg, and as a table of times and scores
# on stdout. docs/gallery.jpg and docs/gallery-vgg19.jpg are copies.
#
#   RUNEXP_SHARED=../shared bench/recipes.sh vgg19-lite [OUT]
#
# The folder RUNEXP_SHARED has images/NAME.jpg and weights/vgg19-oxford.safetensors, which also
# scores all pictures. The same command resumes. With vgg19 it takes hours.
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/pairs.sh

backbone=${1:?the backbone: vgg19-lite or vgg19}
out=${2:-runs/recipes}
shared=$(cd "${RUNEXP_SHARED:-../shared}" && pwd)
weights="name: vgg19, weights: $shared/weights/vgg19-oxford.safetensors"
runs="name: $backbone"
[ "$backbone" = vgg19 ] && runs=$weights

make --quiet build
mkdir -p "$out"
{
  cat <<YAML
experiment: recipes-$backbone
size: 512
backbone: {$runs}
content: $shared/images/stone_house.jpg
style: $shared/images/starry_night.jpg
evaluate: {backbone: {$weights}}
sweep:
  question: Which recipe is best by which metric?
  metrics: [eval/style, eval/content, eval/palette, eval/noise]
  parameters:
    - {path: extends, values: [standard, crowsonkb, nnst, d2l-gluon, d2l-torch]}
YAML
  pairs
} > "$out/recipes-$backbone.yaml"
bin/runexp -c "$out/recipes-$backbone.yaml" --db "$out/runexp.db" --out "$out" >&2
go run ./tools/gallery "$out/runexp.db" "recipes-$backbone" "$out/gallery-$backbone.jpg"
