#!/usr/bin/env bash
# All presets on two pairs of real pictures at 256 with VGG-19: as a sweep (recipe × pair) with its report,
# as pictures OUT/FAMILY.jpg, OUT/guided.jpg and OUT/scale.jpg, and as tables of times, scores and memory on stdout.
# docs/recipes/ has copies of the pictures.
#
#   RUNEXP_SHARED=../shared bench/presets.sh [OUT]
#
# The folder RUNEXP_SHARED has images/NAME.jpg and weights/vgg19-oxford.safetensors, which stand in for those that a preset names,
# and score all pictures. The same command resumes. Takes an hour and a half on two idle cores.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-runs/presets}
shared=$(cd "${RUNEXP_SHARED:-../shared}" && pwd)
weights="name: vgg19, weights: $shared/weights/vgg19-oxford.safetensors"

declare -A families=(
  [default]="standard crowsonkb crowsonkb-2021 nnst strotss d2l-gluon d2l-torch d2l-torch-relu"
  [gatys]="gatys2016 gatys2016-paper gatys2017-luminance spst"
  [programs]="johnson johnson-slow neural-style-pt anishathalye gordic cysmith"
  [measures]="risser cnnmrf mmd-linear mmd-poly mmd-gaussian mmd-bn"
  [textures]="deeptextures heitz wilmot"
)

order=(default gatys programs measures textures)

make --quiet build
mkdir -p "$out"
names=$(for family in "${order[@]}"; do printf '%s ' "${families[$family]}"; done | sed 's/ *$//; s/ /, /g')
house="content: $shared/images/stone_house.jpg, style: $shared/images/starry_night.jpg"
parrots="content: $shared/images/parrots.jpg, style: $shared/images/cubist_portrait.jpg"
night="content: $shared/images/wheat_field.jpg, style: $shared/images/starry_night.jpg"
tahiti="content: $shared/images/tahiti.jpg, style: $shared/images/cubist_portrait.jpg"

# run NAME PRESETS PAIR PAIR [LINE] makes the sweep NAME, of one more LINE of config.
run() {
  cat > "$out/$1.yaml" <<YAML
experiment: $1
size: 256
backbone: {$weights, preprocessing: auto}
${3/, style/
style}
evaluate: {backbone: {$weights}}
${5:-}
sweep:
  question: Which recipe is best by which metric?
  metrics: [eval/style, eval/content, eval/palette, eval/noise]
  parameters:
    - {path: extends, values: [$2]}
  pairs:
    - {$3}
    - {$4}
YAML
  bin/runexp -c "$out/$1.yaml" --db "$out/runexp.db" --out "$out" >&2
}

run presets "$names" "$house" "$parrots"
run guided gatys2017-guided "$house" "$parrots" 'masks: auto' # it needs regions
run scale gatys2017-scale "$night" "$tahiti"                  # it mixes two paintings

for family in "${order[@]}"; do
  echo
  echo "## $family"
  # shellcheck disable=SC2086 # names are words
  go run ./tools/gallery "$out/runexp.db" presets "$out/$family.jpg" ${families[$family]}
done
for one in guided scale; do
  echo
  go run ./tools/gallery "$out/runexp.db" $one "$out/$one.jpg"
done

# The peak of a process that runs one preset on the first pair, three iterations of each stage.
printf 'experiment: memory\nsize: 256\nbackbone: {%s, preprocessing: auto}\n%s\n' "$weights" "${house/, style/$'\n'style}" > "$out/memory.yaml"
echo
echo '| recipe | memory, MiB |'
echo '|---|---|'
for name in ${names//,/}; do
  few='stages.*.iterations=3'
  [ "$name" = heitz ] && few='stages.*.evaluations=6'
  bin/runexp -c "$out/memory.yaml" extends="$name" "$few" --db "$out/memory.db" --out "$out" --fresh --quiet > /dev/null
  echo "| $name | $(bin/runexp query "select cast(value/1048576 as int) as MiB from run_metrics where name = 'memory/peak' order by run desc limit 1" --db "$out/memory.db" | tail -1) |"
done
