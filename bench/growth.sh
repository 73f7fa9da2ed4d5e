#!/usr/bin/env bash
# How runexp's time and memory grow with pixels, and what a second thread gives.
#
#   bench/growth.sh [--repeats N] [--threads N] [--json] [--write] [HxW …]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/growth.py" "$@"
