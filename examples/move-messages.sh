#!/bin/sh
# Move messages: those that match an expression, to another queue or broker, each confirmed there before it is taken here.
. "$(dirname "$0")/support.sh"
queues='here there'
for queue in here there; do amqp-pub -q "$queue" -Q --durable-queue --nad-queue --declare-only; done
for land in de jp fr jp; do printf '{"land":"%s"}\n' "$land"; done | amqp-pub -k here -l --confirm --quiet

# CEL (https://cel.dev) over key, exchange, properties, headers, body and, when the body is JSON, json.
amqp-con -q here --where 'json.land == "jp"' --forward ':there' --until-empty
expect 'moved' "$(amqp-con -q there --depth)" 'there: 2 messages, 0 consumers'
expect 'what does not match stays' "$(amqp-con -q here --depth)" 'here: 2 messages, 0 consumers'

# To another broker: a pipe of records, each of which jq may change on the way. (Here it is the same broker.)
amqp-con -q here --until-empty --format json | jq -c '.routingKey = "there"' |
  amqp-pub --url "${OTHER_URL:-$AMQP_URL}" --json --confirm --quiet
expect 'all are there' "$(amqp-con -q there --depth)" 'there: 4 messages, 0 consumers'
