#!/bin/sh
# Routing (tutorial 4): a direct exchange delivers by equal keys; one queue may be bound with several.
. "$(dirname "$0")/support.sh"
queue='-e direct_logs -E -t direct -Q --exclusive --bind-queue'

amqp-con $queue -k error -n 1 >"$dir/errors" 2>"$dir/errors.log" &
wait_for "$dir/errors.log" 'Bound Queue'
amqp-con $queue -k info -k warning -k error -n 3 >"$dir/all" 2>"$dir/all.log" &
wait_for "$dir/all.log" '] error'

for severity in info warning error; do
  amqp-pub -e direct_logs -k "$severity" -m "$severity: Hello World!"
done
wait
expect 'one saw errors only' "$(cat "$dir/errors")" 'Received: error: Hello World!'
expect 'the other one saw all three' "$(wc -l <"$dir/all" | tr -d ' ')" 3
