# Sourced by the benchmarks: checks their requirements, or exits with 2 and says what
# is missing; then builds bin/runexp. Call: prepare MODULE… (Python modules)
#
# Sets root and python; exports RUNEXP_SHARED.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=${PYTHON:-/usr/bin/python3}
export RUNEXP_SHARED=${RUNEXP_SHARED:-$root/../shared}

missing() {
  echo "$(basename "$0"): $1" >&2
  exit 2
}

prepare() {
  local program module file
  for program in go make git; do
    command -v "$program" >/dev/null || missing "no $program on the PATH; install it"
  done
  command -v "$python" >/dev/null || missing "no $python; install python3, or name another in PYTHON"
  for module in "$@"; do
    "$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)' "$module" ||
      missing "$python has no module $module; on Debian: apt-get install python3-torch python3-pil libopenblas0-pthread"
  done
  for file in weights/vgg19-oxford.safetensors images/astronaut.jpg images/starry_night.jpg; do
    [ -r "$RUNEXP_SHARED/$file" ] ||
      missing "no $file in $RUNEXP_SHARED; name the shared folder in RUNEXP_SHARED"
  done
  make -C "$root" --no-print-directory build >&2 || missing "bin/runexp does not build"
}
