#!/bin/sh
# What --ack-auto costs: a message counts as done when it has arrived, so a worker that dies takes messages with it.
. "$(dirname "$0")/support.sh"
own 'task_queue'
queue='-q task_queue -Q --durable-queue --nad-queue --prefetch 1'

amqp-con $queue --lazy 1 --ack-auto >"$dir/lazy" 2>"$dir/lazy.log" &
lazy=$!
wait_for "$dir/lazy.log" 'Created queue: task_queue'
amqp-con $queue >"$dir/sober" 2>"$dir/sober.log" &
wait_for "$dir/sober.log" 'Created queue: task_queue'

amqp-pub -t direct -k task_queue --persistent --nb-messages 4 --interval 0.1 -m 'Hello!'
wait_for "$dir/sober" 'Received: 4:Hello!'
wait "$lazy"
expect 'messages 1 and 3 are lost' "$(one_line "$dir/sober")" 'Received: 2:Hello! Received: 4:Hello!'
expect 'the queue is empty' "$(amqp-con -q task_queue --depth json | jq .messages)" 0
