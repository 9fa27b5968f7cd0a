#!/bin/sh
# Publish/subscribe (tutorial 3): a fanout exchange copies each message to every queue bound to it.
. "$(dirname "$0")/support.sh"
own '' 'logs'

# Without its exchange nothing can be published: exit code 4, refused by the broker.
expect_code 4 amqp-pub -e logs -t fanout -m 'Hello World!' --mandatory --confirm

# Each subscriber has a queue of its own, named by the broker and gone with the connection.
for name in first second; do
  amqp-con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto -n 3 >"$dir/$name" 2>"$dir/$name.log" &
  wait_for "$dir/$name.log" 'Bound Queue'
done

amqp-pub -e logs -t fanout --nb-messages 3 --interval 0.1 -m 'Hello World!'
wait
all='Received: 1:Hello World! Received: 2:Hello World! Received: 3:Hello World!'
expect 'the first one got all' "$(one_line "$dir/first")" "$all"
expect 'the second one, too' "$(one_line "$dir/second")" "$all"
