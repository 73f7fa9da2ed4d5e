#!/usr/bin/env bash
# How long a large sweep is planned, described, resumed and reported: what a person waits for beside the trials.
#
#   bench/planning.sh [--trials N] [--repeats N] [--pictures HxW] [--layers] [--json] [--write]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/planning.py" "$@"
