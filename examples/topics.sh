#!/bin/sh
# Topics (tutorial 5): keys are words with dots; * stands for one word, # for any number of them.
. "$(dirname "$0")/support.sh"
queue='-e topic_logs -E -t topic -Q --exclusive --bind-queue --format body'

amqp-con $queue -k 'jp.lg.#' -n 2 >"$dir/japan" 2>"$dir/japan.log" &
wait_for "$dir/japan.log" 'Bound Queue'
amqp-con $queue -k '*.*.tokyo' -n 1 >"$dir/tokyo" 2>"$dir/tokyo.log" &
wait_for "$dir/tokyo.log" 'Bound Queue'

amqp-pub -e topic_logs -k jp.lg.chiba -m 'from Chiba'
amqp-pub -e topic_logs -k jp.lg.tokyo -m 'from Tokyo'
wait
expect 'jp.lg.# gets both' "$(tr '\n' ',' <"$dir/japan")" 'from Chiba,from Tokyo,'
expect '*.*.tokyo gets one' "$(cat "$dir/tokyo")" 'from Tokyo'
