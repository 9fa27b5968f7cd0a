#!/bin/sh
# Hello World (RabbitMQ tutorial 1): one program sends a message to a queue, another takes it from there.
. "$(dirname "$0")/support.sh"

# -Q declares the queue, so it does not matter which side comes first.
amqp-con -q hello -Q -n 1 >"$dir/received" 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: hello'

# The default exchange delivers to the queue whose name is the routing key.
amqp-pub -k hello --mandatory --confirm -m 'Hello World!'
wait
expect 'the message arrived' "$(cat "$dir/received")" 'Received: Hello World!'
