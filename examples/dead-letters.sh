#!/bin/sh
# Dead letters with a delayed retry: what is refused waits in a delay queue, and comes back when its time is over.
. "$(dirname "$0")/support.sh"
own 'work work.wait'

# Refused messages go to `work.wait`, where they expire after 0.5 s, back to `work`.
amqp-con -q work -Q --durable-queue --nad-queue --dead-letter-exchange '' --dead-letter-routing-key work.wait --declare-only
amqp-con -q work.wait -Q --durable-queue --nad-queue --queue-message-ttl 500ms \
  --dead-letter-exchange '' --dead-letter-routing-key work --declare-only

amqp-pub -k work -m 'try me' --confirm
expect 'first try' "$(amqp-con -q work -n 1 --nack)" 'Received: try me'
amqp-con -q work -n 1 --format json >"$dir/record"
expect 'second try, after the delay' "$(jq -r .body "$dir/record")" 'try me'
# The broker writes into a header where the message has been, and why it left.
expect 'its history' "$(jq -r '[.properties.headers["x-death"][].reason] | sort | join(" ")' "$dir/record")" 'expired rejected'
