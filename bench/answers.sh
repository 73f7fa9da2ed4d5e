#!/usr/bin/env bash
# The questions in configs/ asked of eight pairs of real pictures, each used once, with VGG-19
# and with the small network: what docs/answers.md compares. All pictures are scored by
# Oxford's VGG-19, so that the two networks compare.
#
#   RUNEXP_SHARED=../shared bench/answers.sh BACKBONE OUT [QUESTION...]
#
# BACKBONE is vgg19-lite or vgg19; a QUESTION is layers, weights, optimizers, size or images. The
# folder RUNEXP_SHARED has images/NAME.jpg and weights/vgg19-oxford.safetensors. The same
# command resumes, and may run beside another on the same OUT. Reports are in
# OUT/QUESTION-BACKBONE/report. With vgg19 it takes hours.
set -euo pipefail
cd "$(dirname "$0")/.."
source bench/pairs.sh

backbone=${1:?the backbone: vgg19-lite or vgg19}
out=${2:?a folder for store, pictures and reports}
shift 2
questions=("${@:-}")
[ -n "${questions[0]}" ] || questions=(layers weights optimizers size images)
shared=$(cd "${RUNEXP_SHARED:-../shared}" && pwd)
oxford="{name: vgg19, weights: $shared/weights/vgg19-oxford.safetensors}"
runs="{name: $backbone}"
[ "$backbone" = vgg19 ] && runs=$oxford

make --quiet build
mkdir -p "$out"
# values PATH NAME...: a parameter of pictures, named by their files.
values() {
  local path=$1 list=
  shift
  for name in "$@"; do list+="$shared/images/$name.jpg, "; done
  echo "    - {path: $path, labels: [$(IFS=,; echo "$*")], values: [${list%, }]}"
}
# settings QUESTION: what differs from the file in configs/.
settings() {
  if [ "$1" != images ]; then
    echo "sweep:"
    pairs
    return
  fi
  echo "content: {image: $shared/images/stone_house.jpg, crop: 0.8}"
  echo "style: $shared/images/starry_night.jpg"
  echo "sweep:"
  echo "  repeats: 6"
  echo "  parameters:"
  values content.image stone_house half_timbered raft palms aeroplane
  values style.0.image starry_night great_wave harvesters tahiti
}

for question in "${questions[@]}"; do
  config=$out/$question-$backbone.yaml
  {
    echo "extends: [$PWD/configs/$question.yaml]"
    echo "experiment: $question-$backbone"
    echo "backbone: $runs"
    echo "evaluate: {backbone: $oxford}"
    settings "$question"
  } > "$config"
  bin/runexp -c "$config" --db "$out/runexp.db" --out "$out" --quiet
done
