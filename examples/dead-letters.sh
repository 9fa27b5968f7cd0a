#!/bin/sh
# Dead letters with a delayed retry: what is refused waits in a delay queue, and comes back when its time is over.
. "$(dirname "$0")/support.sh"

# Refused messages go to `work.wait`, where they expire after 0.5 s, back to `work`.
amqp-con -q work -Q --durable-queue --nad-queue --dead-letter-exchange '' --dead-letter-routing-key work.wait --declare-only
amqp-con -q work.wait -Q --durable-queue --nad-queue --queue-message-ttl 500ms \
  --dead-letter-exchange '' --dead-letter-routing-key work --declare-only

amqp-pub -k work -m 'try me' --confirm
expect 'first try' "$(amqp-con -q work -n 1 --nack 2>/dev/null)" 'Received: try me'
expect 'second try, after the delay' "$(amqp-con -q work -n 1 --timeout 10 2>/dev/null)" 'Received: try me'
amqp-con -q work --delete-queue
amqp-con -q work.wait --delete-queue
