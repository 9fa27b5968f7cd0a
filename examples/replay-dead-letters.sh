#!/bin/sh
# Send dead letters back to where they first died, each to its own exchange and key.
. "$(dirname "$0")/support.sh"
amqp-con -q dead -Q --durable-queue --nad-queue --declare-only
amqp-con -q live -Q --durable-queue --nad-queue --dead-letter-exchange '' --dead-letter-routing-key dead --declare-only
amqp-pub -k live -m 'refused once' --confirm
amqp-con -q live -n 1 --nack --format none 2>/dev/null

amqp-con -q dead --until-empty --format json 2>/dev/null | amqp-pub --json --to-origin --confirm
expect 'it is back in its queue' "$(amqp-con -q live -n 1 --timeout 10 2>/dev/null)" 'Received: refused once'
for queue in live dead; do amqp-con -q "$queue" --delete-queue; done
