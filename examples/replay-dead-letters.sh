#!/bin/sh
# Send dead letters back to where they first died, each to its own exchange and key.
. "$(dirname "$0")/support.sh"
own 'live dead' 'shop'
amqp-con -q dead -Q --durable-queue --nad-queue --declare-only
amqp-con -e shop -E --nad-exchange -q live -Q --durable-queue --nad-queue --bind-queue -k new \
  --dead-letter-exchange '' --dead-letter-routing-key dead --declare-only
amqp-pub -e shop -k new -m 'refused once' --confirm
amqp-con -q live -n 1 --nack --format none

# Look first: --peek puts everything back.
amqp-con -q dead --peek --format json | jq -r '"\(.body) was \(.properties.headers["x-first-death-reason"])"'

# A handler, not a pipe: a message is taken only when it is stored where it goes. A handler is not told our AMQP_URL.
export BROKER="$AMQP_URL"
amqp-con -q dead --until-empty --on-failure stop --shell \
  'amqp-pub --url "$BROKER" --json /dev/fd/3 --to-origin --confirm --mandatory --quiet || exit 1'
expect 'it is back in its queue' "$(amqp-con -q live -n 1 --format '%e/%k: %s')" 'shop/new: refused once'
