#!/bin/sh
# Work queues (tutorial 2): tasks are shared among workers; what a dead worker held goes to another one.
. "$(dirname "$0")/support.sh"
queue='-q task_queue -Q --durable-queue --nad-queue --prefetch 1'

# Two workers. The first one dies 1 s after its first task, without acknowledging it (--lazy).
amqp-con $queue --lazy 1 >"$dir/lazy" 2>"$dir/lazy.log" &
wait_for "$dir/lazy.log" 'Created queue: task_queue'
amqp-con $queue >"$dir/sober" 2>"$dir/sober.log" &
pids=$!
wait_for "$dir/sober.log" 'Created queue: task_queue'

amqp-pub -k task_queue --persistent --nb-messages 4 --interval 0.1 -m 'Hello!'
wait_for "$dir/sober" 'Received: 1:Hello!'
expect 'the lazy worker saw one task' "$(cat "$dir/lazy")" 'Received: 1:Hello!'
expect 'the other one got all, the lost one last' "$(tr '\n' ' ' <"$dir/sober")" \
  'Received: 2:Hello! Received: 3:Hello! Received: 4:Hello! Received: 1:Hello! '
kill "$pids"
wait
amqp-con -q task_queue --delete-queue
