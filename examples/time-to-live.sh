#!/bin/sh
# Time to live: of one message (--message-ttl), and of an unused queue (--queue-ttl).
. "$(dirname "$0")/support.sh"
amqp-pub -q short -Q --durable-queue --nad-queue --queue-ttl 60s --declare-only
amqp-pub -k short -m 'gone soon' --message-ttl 3s
amqp-pub -k short -m 'here to stay'
expect 'the queue holds both' "$(amqp-con -q short --peek -n 1 2>/dev/null)" 'Received: gone soon'
sleep 3
expect 'one has expired' "$(amqp-con -q short --until-empty 2>/dev/null)" 'Received: here to stay'
amqp-con -q short --delete-queue
