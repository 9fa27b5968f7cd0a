# Sourced by each example: a scratch folder, waiting for a line, and saying what should have been seen.
set -eu
dir=$(mktemp -d)
pids='' # programs in the background that do not end by themselves
trap 'status=$?; [ -z "$pids" ] || kill $pids 2>/dev/null || true; wait; rm -rf "$dir"; exit $status' EXIT

# wait_for FILE TEXT: until the file has a line with that text, at most 20 s.
wait_for() {
  tries=0
  until grep -qsF -- "$2" "$1"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { echo "not seen: $2" >&2; cat "$1" >&2; exit 1; }
    sleep 0.1
  done
}

# expect WHAT ACTUAL EXPECTED
expect() {
  [ "$2" = "$3" ] || { printf '%s\n  expected: %s\n  but saw:  %s\n' "$1" "$3" "$2" >&2; exit 1; }
  echo "ok: $1"
}

# expect_code CODE COMMAND...: the command must end with that exit code.
expect_code() {
  wanted=$1; shift; code=0
  "$@" || code=$?
  expect "exit code of $1" "$code" "$wanted"
}
