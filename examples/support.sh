# Sourced by each example: a scratch folder, cleaning up whatever happens, waiting for a line, and saying what was expected.
set -eu
dir=$(mktemp -d)
queues='' exchanges='' # deleted when the example ends, also by Ctrl-C
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export AMQP_URL="${AMQP_URL:-amqp://localhost}"
export AMQP_IDLE_TIMEOUT="${AMQP_IDLE_TIMEOUT:-20}" # no consumer waits for ever for what does not come

clean_up() {
  status=$?
  trap '' INT TERM HUP
  jobs -p >"$dir/background"
  while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$dir/background"
  wait
  for queue in $queues; do amqp-con -q "$queue" --delete-queue 2>/dev/null || true; done
  for exchange in $exchanges; do amqp-pub -e "$exchange" --delete-exchange 2>/dev/null || true; done
  rm -rf "$dir"
  exit "$status"
}

# own QUEUES [EXCHANGES]: what the example makes and would outlive it. Nothing of that name may be there before.
own() {
  for queue in $1; do absent "queue $queue" amqp-con -q "$queue" --depth; done
  for exchange in ${2:-}; do absent "exchange $exchange" amqp-pub -e "$exchange" -E --passive --declare-only; done
  queues=$1 exchanges=${2:-}
}

# absent WHAT COMMAND...: the command that looks for it must not find it (exit code 4).
absent() {
  what=$1; shift; code=0
  "$@" >"$dir/found" 2>&1 || code=$?
  [ "$code" -ne 0 ] || { echo "the $what exists: give the examples a vhost of their own (AMQP_URL=amqp://localhost/examples)" >&2; exit 1; }
  [ "$code" -eq 4 ] || { cat "$dir/found" >&2; exit "$code"; }
}

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

# one_line FILE: its lines, with spaces between them.
one_line() { paste -sd ' ' "$1"; }
