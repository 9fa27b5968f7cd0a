#!/bin/sh
# Quorum queue: replicated on the nodes of a cluster; --confirm waits until most of them have the message.
. "$(dirname "$0")/support.sh"
own 'orders set-aside'
# It implies durable and not auto-delete. For a cluster, give all nodes: --url amqp://a,amqp://b,amqp://c
amqp-pub -q set-aside -Q --queue-type quorum --declare-only
amqp-pub -q orders -Q --queue-type quorum --delivery-limit 2 --dead-letter-exchange '' --dead-letter-routing-key set-aside \
  -k orders -m 'order 1' --confirm
expect 'it is there' "$(amqp-con -q orders --depth)" 'orders: 1 message, 0 consumers'

# A quorum queue counts how often a message comes back from a worker that died; after --delivery-limit it is a dead letter.
for worker in 1 2 3; do
  expect "worker $worker dies of it" "$(amqp-con -q orders --lazy 0.1)" 'Received: order 1'
done
expect 'it was set aside' "$(amqp-con -q set-aside -n 1)" 'Received: order 1'
