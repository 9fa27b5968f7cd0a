#!/bin/sh
# What a consumer can do with a message: look at it, put it back, refuse it, take it; and acknowledge many at once.
. "$(dirname "$0")/support.sh"
own 'inbox refused'
amqp-pub -q refused -Q --durable-queue --nad-queue --declare-only
amqp-pub -q inbox -Q --durable-queue --nad-queue --dead-letter-exchange '' --dead-letter-routing-key refused \
  -k inbox -m letter --nb-messages 5 --interval 0 --confirm

expect 'look' "$(amqp-con -q inbox --peek -n 1 --format body)" 1:letter
expect 'put back' "$(amqp-con -q inbox --nack --requeue -n 1 --format body)" 1:letter
expect 'refuse' "$(amqp-con -q inbox --nack -n 1 --format body)" 1:letter
expect 'refused, a dead letter now' "$(amqp-con -q refused -n 1 --format body)" 1:letter
expect 'take' "$(amqp-con -q inbox -n 1 --format body)" 2:letter
# One acknowledgement for every two messages, and one for the rest when the run ends.
amqp-con -q inbox --ack-every 2 --until-empty --format body >"$dir/rest"
expect 'the rest' "$(one_line "$dir/rest")" '3:letter 4:letter 5:letter'
