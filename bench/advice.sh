#!/usr/bin/env bash
# Does what `runexp advise` says come true? Twenty runs of the preset standard on pictures that its
# evidence does not know, four wishes each, every first option run.
#
#   bench/advice.sh OUT
#
# OUT gets the store and the pictures; the same command goes on where it was stopped. An hour on
# two cores. Exit codes: 0 measured, 1 a run fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare PIL
exec "$python" -B "$root/bench/advice.py" "$@"
