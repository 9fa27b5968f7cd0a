#!/bin/sh
# Dump a queue to a file of records and replay it: every byte, property and typed header comes back.
. "$(dirname "$0")/support.sh"
amqp-pub -q dump -Q --durable-queue --nad-queue --declare-only
amqp-pub -k dump -m 'héllo' -H 'n:int=9007199254740993' --content-type text/plain --confirm
head -c 300 /dev/urandom >"$dir/bytes"
amqp-pub -k dump -f "$dir/bytes" --confirm --quiet

amqp-con -q dump --until-empty --format json >"$dir/records" 2>/dev/null
amqp-pub --json "$dir/records" --confirm --quiet
expect 'the number kept its digits' "$(amqp-con -q dump -n 1 --format json 2>/dev/null | jq -c .properties.headers)" '{"n":{"int":"9007199254740993"}}'
amqp-con -q dump -n 1 --format raw >"$dir/again" 2>/dev/null
expect 'the bytes are the same' "$(cmp "$dir/bytes" "$dir/again" && echo same)" same
amqp-con -q dump --delete-queue
