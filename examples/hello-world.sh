#!/bin/sh
# Hello World (RabbitMQ tutorial 1): one program sends a message to a queue, another takes it from there.
. "$(dirname "$0")/support.sh"
own 'hello'

# -Q declares the queue, so it does not matter which side comes first.
amqp-pub -q hello -Q -k hello -m 'Hello World!'
expect 'the message waited' "$(amqp-con -q hello -Q -n 1)" 'Received: Hello World!'

# When the consumer declares it, the publisher need not. The default exchange delivers to the queue named by the key.
amqp-con -q hello -Q -n 1 >"$dir/received" 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: hello'
amqp-pub -k hello --mandatory --confirm -m 'Hello again!'
wait
expect 'the message arrived' "$(cat "$dir/received")" 'Received: Hello again!'
