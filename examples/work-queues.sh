#!/bin/sh
# Work queues (tutorial 2): tasks are shared among workers; what a dead worker held goes to another one.
. "$(dirname "$0")/support.sh"
own 'task_queue'
# The queue survives a restart of the broker and has no end of its own; a worker gets a task when it has done the last.
queue='-q task_queue -Q --durable-queue --nad-queue --prefetch 1'

# Two workers take turns.
for worker in first second; do
  amqp-con $queue -n 2 >"$dir/$worker" 2>"$dir/$worker.log" &
  wait_for "$dir/$worker.log" 'Created queue: task_queue'
done
amqp-pub -t direct -k task_queue --persistent --nb-messages 4 --interval 0.2 -m 'Hello!'
wait
expect 'the first worker' "$(one_line "$dir/first")" 'Received: 1:Hello! Received: 3:Hello!'
expect 'the second worker' "$(one_line "$dir/second")" 'Received: 2:Hello! Received: 4:Hello!'

# Two more. The first one dies 1 s after its first task, without acknowledging it (--lazy).
amqp-con $queue --lazy 1 >"$dir/lazy" 2>"$dir/lazy.log" &
wait_for "$dir/lazy.log" 'Created queue: task_queue'
amqp-con $queue >"$dir/sober" 2>"$dir/sober.log" &
wait_for "$dir/sober.log" 'Created queue: task_queue'
amqp-pub -t direct -k task_queue --persistent --nb-messages 4 --interval 0.1 -m 'Hello!'
wait_for "$dir/sober" 'Received: 1:Hello!'
expect 'the lazy worker saw one task' "$(cat "$dir/lazy")" 'Received: 1:Hello!'
expect 'the other one got all, the lost one last' "$(one_line "$dir/sober")" \
  'Received: 2:Hello! Received: 3:Hello! Received: 4:Hello! Received: 1:Hello!'
