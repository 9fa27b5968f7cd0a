#!/bin/sh
# Quorum queue: replicated on the nodes of a cluster; --confirm waits until most of them have the message.
. "$(dirname "$0")/support.sh"
# It implies durable and not auto-delete. For a cluster, give all nodes: --url amqp://a,amqp://b,amqp://c
amqp-pub -q orders -Q --queue-type quorum --delivery-limit 5 -k orders -m 'order 1' --confirm
expect 'it is there' "$(amqp-con -q orders -n 1 2>/dev/null)" 'Received: order 1'
amqp-con -q orders --delete-queue
