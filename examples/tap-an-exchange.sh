#!/bin/sh
# Tap an exchange: watch what passes, with a queue of your own, without touching anybody else's.
. "$(dirname "$0")/support.sh"
own 'orders' 'orders'
amqp-con -e orders -E --nad-exchange -q orders -Q --durable-queue --nad-queue --bind-queue -k new --declare-only

amqp-con -e orders -Q --exclusive --bind-queue -k new -n 1 --verbose >"$dir/tap" 2>"$dir/log" &
wait_for "$dir/log" 'Bound Queue'
amqp-pub -e orders -k new -m 'order 1' --content-type text/plain
wait
wait_for "$dir/tap" 'contentType: text/plain'
expect 'the real queue still has it' "$(amqp-con -q orders -n 1)" 'Received: order 1'
