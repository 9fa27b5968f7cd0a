#!/bin/sh
# Priority queue: more important messages overtake others that wait.
. "$(dirname "$0")/support.sh"
own 'tasks'
amqp-pub -q tasks -Q --durable-queue --nad-queue --max-priority 9 --declare-only
amqp-pub -k tasks -m low --priority 1 --confirm
amqp-pub -k tasks -m high --priority 9 --confirm
amqp-pub -k tasks -m middle --priority 5 --confirm
amqp-con -q tasks --until-empty --format body >"$dir/order"
expect 'in order of priority' "$(one_line "$dir/order")" 'high middle low'
