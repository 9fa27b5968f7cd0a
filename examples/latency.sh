#!/bin/sh
# Measure latency: the publisher puts the time of sending into a header, the consumer shows percentiles.
. "$(dirname "$0")/support.sh"
amqp-con -q latency -Q --format none -n 2000 --stats 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: latency'
seq 2000 | amqp-pub -k latency -l --quiet --rate 2000 --latency-header
wait
grep -i 'p99' "$dir/log"
