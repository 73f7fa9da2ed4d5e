#!/usr/bin/env bash
# Times of the pages of runexp ui on a large store: makes the store, serves it, requests pages.
#
#   bench/ui.sh [--runs N] [--rows N] [--requests N] [--db FILE]
#
# By default 10,000 runs with 500 values of metrics and a picture each. With --db the store is
# FILE, and is made if it does not exist; otherwise it is in a temporary folder, in memory where
# there is /dev/shm.
#
# Exit codes: 0 measured, whatever the times; 1 something fails; 2 usage or something is missing.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

usage() {
  echo "ui.sh: $1" >&2
  exit 2
}

runs=10000 rows=500 requests=50 db=
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || usage "$1 needs a value"
  case $1 in
    --runs) runs=$2 ;;
    --rows) rows=$2 ;;
    --requests) requests=$2 ;;
    --db) db=$2 ;;
    *) usage "unknown argument $1" ;;
  esac
  shift 2
done

memory=/dev/shm
[ -w $memory ] || memory=${TMPDIR:-/tmp}
work=$(mktemp -d "$memory/runexp-ui.XXXXXX")
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

make --no-print-directory build >&2 || usage "bin/runexp does not build"
go build -o "$work/ui" ./bench/ui || usage "bench/ui does not build"

# Each run is several transactions: in memory they need not wait for the disk.
if [ -z "$db" ]; then
  db=$work/ui.db
  "$work/ui" store --db "$db" --runs "$runs" --rows "$rows"
elif [ ! -e "$db" ]; then
  "$work/ui" store --db "$work/ui.db" --runs "$runs" --rows "$rows"
  mkdir -p "$(dirname "$db")"
  mv "$work/ui.db" "$db"
fi

# The server prints a line with its address.
bin/runexp ui --db "$db" --addr 127.0.0.1:0 > "$work/address" &
server=$!
url=
for _ in $(seq 100); do
  url=$(grep -om 1 'http://[^[:space:]]*' "$work/address" || true)
  [ -z "$url" ] || break
  kill -0 "$server" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$url" ]; then
  echo "ui.sh: runexp ui printed no address within ten seconds" >&2
  exit 1
fi
"$work/ui" latency --url "$url" --runs "$runs" --requests "$requests"
echo
if command -v chromium >/dev/null; then
  "$work/ui" frames --url "$url"
else
  echo "frames are not measured: there is no chromium"
fi
