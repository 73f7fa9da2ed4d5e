#!/usr/bin/env bash
# Time of a large sweep in addition to its trials: planning, --dry-run, resuming, listing and the report.
#
#   bench/planning.sh [--trials N] [--repeats N] [--pictures HxW] [--layers] [--json] [--write]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/planning.py" "$@"
