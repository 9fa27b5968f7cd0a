#!/bin/sh
# Time to live: of one message, of all messages in a queue, and of an unused queue.
. "$(dirname "$0")/support.sh"
own 'short quick idle'
amqp-pub -q short -Q --durable-queue --nad-queue --declare-only
amqp-pub -k short -m 'gone soon' --message-ttl 3s
amqp-pub -k short -m 'here to stay'
amqp-pub -q quick -Q --durable-queue --nad-queue --queue-message-ttl 1s -k quick -m 'gone with all others'
amqp-pub -q idle -Q --durable-queue --nad-queue --queue-ttl 1s --declare-only

expect 'the queue holds both' "$(amqp-con -q short --peek -n 1)" 'Received: gone soon'
sleep 3
expect 'one has expired' "$(amqp-con -q short --until-empty)" 'Received: here to stay'
expect 'all have expired' "$(amqp-con -q quick --depth)" 'quick: 0 messages, 0 consumers'
expect_code 4 amqp-con -q idle --depth
