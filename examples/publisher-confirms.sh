#!/bin/sh
# Publisher confirms (tutorial 7) in its three ways: one by one, in batches, and pipelined. All are one flag apart.
. "$(dirname "$0")/support.sh"
amqp-pub -q confirmed -Q --durable-queue --nad-queue --declare-only

# One by one: wait for each confirm. Simple and slow.
seq 100 | amqp-pub -k confirmed -l --persistent --quiet --confirm --confirm-window 1 --summary text
# In batches of ten under way.
seq 100 | amqp-pub -k confirmed -l --persistent --quiet --confirm --confirm-window 10 --summary text
# Pipelined: up to 1000 unconfirmed at a time (the default). Sent: is printed once the broker has confirmed.
seq 100 | amqp-pub -k confirmed -l --persistent --quiet --confirm --summary text

expect 'all arrived' "$(amqp-con -q confirmed --until-empty --format body 2>/dev/null | wc -l | tr -d ' ')" 300
# A message that reaches no queue is no success: exit code 5 with --mandatory.
expect_code 5 amqp-pub -k nobody -m lost --confirm --mandatory
amqp-con -q confirmed --delete-queue
