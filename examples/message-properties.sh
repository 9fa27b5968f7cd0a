#!/bin/sh
# All properties of a message, typed headers among them, and what a consumer sees of them.
. "$(dirname "$0")/support.sh"
own 'letters'
# The broker checks --user-id: it must be who is logged in.
user=$(printf %s "$AMQP_URL" | sed -n 's|^[a-z]*://\([^:/@]*\)\(:[^@]*\)\{0,1\}@.*|\1|p')

amqp-pub -q letters -Q --durable-queue --nad-queue --declare-only
printf '{"total":42}' | amqp-pub -k letters -m - --confirm --quiet --persistent --priority 5 --message-ttl 1m \
  --content-type application/json --content-encoding utf-8 --correlation-id order-7 --reply-to answers \
  --message-id auto --timestamp now --type order --app-id shop --user-id "${user:-guest}" \
  -H note=text -H 'pieces:int=3' -H 'urgent:bool=true' -H 'since:timestamp=2026-01-01T00:00:00Z'

amqp-con -q letters --peek --verbose
amqp-con -q letters -n 1 --format json >"$dir/record"
property() { jq -c ".properties.$1" "$dir/record"; }
expect 'the body' "$(jq -r .body "$dir/record" | jq .total)" 42
expect 'persistent' "$(property deliveryMode)" 2
expect 'priority' "$(property priority)" 5
expect 'expiration' "$(property expiration)" '"60000"'
expect 'a header of another type than text' "$(property 'headers["urgent"]')" true
expect 'how many properties' "$(jq '.properties | length' "$dir/record")" 13
