#!/usr/bin/env bash
# Overhead of a sweep beyond its trials' iterations, and the effect of running two in parallel.
#
#   bench/sweep.sh [--trials N] [--repeats N] [--threads N] [--json] [--write]
#
# Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/sweep.py" "$@"
