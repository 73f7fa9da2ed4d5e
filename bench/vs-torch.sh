#!/usr/bin/env bash
# runexp against PyTorch, alternately, on this machine: the d2l recipe on VGG-19.
#
#   bench/vs-torch.sh [--pairs N] [--threads N] [--json] [--write] [--any-blas] [HxW …]
#
# Exit codes: 0 measured, 1 the two disagree or one fails, 2 usage or something is missing.
set -euo pipefail
source "$(dirname "$0")/needs.sh"
prepare torch PIL
exec "$python" -B "$root/bench/vs_torch.py" "$@"
