#!/bin/sh
# Move messages, to another queue or broker: each is confirmed there before it is taken here.
. "$(dirname "$0")/support.sh"
own 'here there'
for queue in here there; do amqp-pub -q "$queue" -Q --durable-queue --nad-queue --declare-only; done
for land in de jp fr jp; do printf '{"land":"%s"}\n' "$land"; done | amqp-pub -k here -l --confirm --quiet

# CEL (https://cel.dev) over key, exchange, properties, headers, body and, when the body is JSON, json.
amqp-con -q here --where 'json.land == "jp"' --forward ':there' --until-empty
expect 'moved' "$(amqp-con -q there --depth)" 'there: 2 messages, 0 consumers'
expect 'what does not match stays' "$(amqp-con -q here --depth)" 'here: 2 messages, 0 consumers'

# To another broker: a handler that sends each record there (descriptor 3), by a URL of its own. --mandatory: a queue must
# have taken it. To keep exchange and key, leave jq out: amqp-pub --json /dev/fd/3.
move_to() {
  OTHER_URL=$1 amqp-con -q here --until-empty --on-failure stop --shell '
    record=$(jq -c ".exchange = \"\" | .routingKey = \"there\"" <&3) &&
      printf "%s\n" "$record" | amqp-pub --url "$OTHER_URL" --json --confirm --mandatory --quiet || exit 1'
}
expect_code 6 move_to amqp://localhost:1
expect 'what cannot be sent stays' "$(amqp-con -q here --depth)" 'here: 2 messages, 0 consumers'
move_to "$AMQP_URL" # here it is the same broker
expect 'all are there' "$(amqp-con -q there --depth)" 'there: 4 messages, 0 consumers'

# A pipe (amqp-con --format json | amqp-pub --json) is faster, but not safe: a message is taken here as soon as it is in the
# pipe, and lost if it cannot be sent. dump-and-replay.sh keeps a file between both.
