#!/bin/sh
# Measure latency: the publisher puts the time of sending into a header, the consumer shows percentiles and writes a page.
. "$(dirname "$0")/support.sh"
own 'latency'
amqp-con -q latency -Q --format none -n 2000 --stats --summary json --report "$dir/report.html" 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: latency'
# Two thousand in a second; the summary of the publisher has the latency of its confirms.
seq 2000 | amqp-pub -k latency -l --quiet --rate 2000 --latency-header --confirm --summary text
wait
cat "$dir/log"
wait_for "$dir/log" 'p99'
expect 'all were measured' "$(grep '^{' "$dir/log" | jq .received)" 2000
wait_for "$dir/report.html" '</html>'
