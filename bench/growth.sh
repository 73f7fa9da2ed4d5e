#!/usr/bin/env bash
# Scaling of runexp's time and memory with pixels, and the speedup of a second thread.
#
#   bench/growth.sh [--repeats N] [--threads N] [--json] [--write] [HxW …]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/growth.py" "$@"
