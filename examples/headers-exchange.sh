#!/bin/sh
# Headers exchange: messages are routed by their headers instead of a key.
. "$(dirname "$0")/support.sh"
own '' 'shop'
queue='-e shop -E -t headers -Q --exclusive --bind-queue --format body'

amqp-con $queue --bind-header kind=order --bind-header land=jp --match all -n 1 >"$dir/all" 2>"$dir/all.log" &
wait_for "$dir/all.log" 'Bound Queue'
amqp-con $queue --bind-header kind=order --bind-header land=jp --match any -n 2 >"$dir/any" 2>"$dir/any.log" &
wait_for "$dir/any.log" 'Bound Queue'

amqp-pub -e shop -H kind=question -H land=de -m 'about-Germany'
amqp-pub -e shop -H kind=order -H land=de -m 'from-Germany'
amqp-pub -e shop -H kind=order -H land=jp -m 'from-Japan'
wait
expect 'all headers match' "$(cat "$dir/all")" 'from-Japan'
expect 'any header matches' "$(one_line "$dir/any")" 'from-Germany from-Japan'
