#!/bin/sh
# Dump a queue to a file of records and replay it: every byte, property and typed header comes back.
. "$(dirname "$0")/support.sh"
own 'dump'
amqp-pub -q dump -Q --durable-queue --nad-queue --declare-only
amqp-pub -k dump -m 'héllo' -H 'n:int=9007199254740993' --content-type text/plain --confirm
head -c 300 /dev/urandom >"$dir/bytes"
amqp-pub -k dump -f "$dir/bytes" --confirm --quiet

# One JSON record a line. jq could change them on the way.
amqp-con -q dump --until-empty --format json >"$dir/records"
# Each record goes to its own exchange and key, so to every queue bound there. To fill one queue alone, send them through
# jq -c '.exchange = "" | .routingKey = "QUEUE"'
amqp-pub --json "$dir/records" --confirm --mandatory --quiet
expect 'the number kept its digits' "$(amqp-con -q dump -n 1 --format json | jq -c .properties.headers)" '{"n":{"int":"9007199254740993"}}'
amqp-con -q dump -n 1 --format raw >"$dir/again"
expect 'the bytes are the same' "$(cmp "$dir/bytes" "$dir/again" && echo same)" same

# The same with one file a message, sent again ten times as fast as they came.
amqp-pub --json "$dir/records" --confirm --mandatory --quiet
amqp-con -q dump --until-empty --save "$dir/saved" --format none
amqp-pub --from-dir "$dir/saved" --speed 10 --confirm --mandatory --quiet
expect 'both are back' "$(amqp-con -q dump --depth)" 'dump: 2 messages, 0 consumers'
