#!/bin/sh
# Topics (tutorial 5): keys are words with dots; * stands for one word, # for any number of them.
. "$(dirname "$0")/support.sh"
own '' 'topic_logs'
listen() { # listen FILE KEY COUNT
  amqp-con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k "$2" -n "$3" --format '%k:%s\n' \
    >"$dir/$1" 2>"$dir/$1.log" &
  wait_for "$dir/$1.log" 'Bound Queue'
}
listen tokyo jp.lg.tokyo 1
listen chiba jp.lg.chiba 1
listen lg 'jp.lg.#' 2
listen capital '*.*.tokyo' 1

amqp-pub -e topic_logs -t topic -k jp.lg.chiba -m 千葉
amqp-pub -e topic_logs -t topic -k jp.lg.tokyo -m 東京
wait
expect 'jp.lg.tokyo' "$(cat "$dir/tokyo")" 'jp.lg.tokyo:東京'
expect 'jp.lg.chiba' "$(cat "$dir/chiba")" 'jp.lg.chiba:千葉'
expect 'jp.lg.# gets both' "$(one_line "$dir/lg")" 'jp.lg.chiba:千葉 jp.lg.tokyo:東京'
expect '*.*.tokyo gets one' "$(cat "$dir/capital")" 'jp.lg.tokyo:東京'
