#!/bin/sh
# Alternate exchange: what an exchange cannot route goes to another one instead of being lost.
. "$(dirname "$0")/support.sh"
own 'unrouted' 'main unrouted'
amqp-con -e unrouted -E -t fanout --nad-exchange -q unrouted -Q --durable-queue --nad-queue --bind-queue --declare-only
amqp-pub -e main -E --nad-exchange --alternate-exchange unrouted --declare-only

amqp-pub -e main -k nobody -m 'to nobody' --confirm --mandatory
expect 'it was caught' "$(amqp-con -q unrouted -n 1)" 'Received: to nobody'
