#!/bin/sh
# Publisher confirms (tutorial 7) in their three ways: one by one, in batches, and as they come.
. "$(dirname "$0")/support.sh"
own 'confirmed'
amqp-pub -q confirmed -Q --durable-queue --nad-queue --declare-only

# One by one: the next message waits for the confirm of the last. Simple and slow.
seq 100 | amqp-pub -k confirmed -l --persistent --quiet --confirm --confirm-window 1 --summary text
# In batches: amqp-pub ends when all that it has sent is confirmed, and with an error when something is not.
for first in 1 26 51 76; do
  seq "$first" "$((first + 24))" | amqp-pub -k confirmed -l --persistent --quiet --confirm --summary text
done
# As they come: up to 1000 messages are under way, and Sent: is printed for each that the broker has confirmed.
seq 100 | amqp-pub -k confirmed -l --persistent --confirm --confirm-window 1000 --summary text >"$dir/sent"
expect 'each was confirmed' "$(grep -c '^Sent: ' "$dir/sent")" 100

expect 'all arrived' "$(amqp-con -q confirmed --depth json | jq .messages)" 300
# A message that reaches no queue is confirmed all the same. With --mandatory it is an error: exit code 5.
expect_code 5 amqp-pub -k nobody -m lost --confirm --mandatory
