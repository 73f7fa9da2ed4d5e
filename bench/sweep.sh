#!/usr/bin/env bash
# What a sweep costs beside its trials' iterations, and what running two at once gives.
#
#   bench/sweep.sh [--trials N] [--repeats N] [--threads N] [--json] [--write]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/sweep.py" "$@"
