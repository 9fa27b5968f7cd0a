#!/bin/sh
# Routing (tutorial 4): a direct exchange delivers by equal keys; one queue may be bound with several.
. "$(dirname "$0")/support.sh"
own '' 'direct_logs'
queue='-e direct_logs -E -t direct -Q --exclusive --bind-queue --ack-auto'

amqp-con $queue -k error -n 1 >"$dir/errors" 2>"$dir/errors.log" &
wait_for "$dir/errors.log" 'Bound Queue'
# Key and body of each message, as lines of a log file.
amqp-con $queue -k info -k warning -k error -n 3 --format '%k:%s\n' >"$dir/logs_from_rabbit.log" 2>"$dir/all.log" &
wait_for "$dir/all.log" '] error'

for severity in info warning error; do
  amqp-pub -e direct_logs -t direct -k "$severity" -m 'Hello World!'
done
wait
expect 'one saw errors only' "$(cat "$dir/errors")" 'Received: Hello World!'
expect 'the other one wrote all three' "$(one_line "$dir/logs_from_rabbit.log")" \
  'info:Hello World! warning:Hello World! error:Hello World!'
