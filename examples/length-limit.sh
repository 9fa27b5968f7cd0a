#!/bin/sh
# A queue that refuses more than it can hold: the publisher is told, message by message.
. "$(dirname "$0")/support.sh"
own 'small recent'
amqp-pub -q small -Q --durable-queue --nad-queue --max-length 3 --overflow reject-publish --declare-only

# The broker answers with a nack; after --nack-retries the message is counted as nacked, and the exit code is 5.
expect_code 5 amqp-pub -k small -m x --nb-messages 5 --interval 0 --confirm --nack-retries 0 --summary text
amqp-con -q small --until-empty --format body >"$dir/small"
expect 'the first three are there' "$(one_line "$dir/small")" '1:x 2:x 3:x'

# Without --overflow the oldest messages make room for new ones, and nobody is told.
amqp-pub -q recent -Q --durable-queue --nad-queue --max-length 3 -k recent -m x --nb-messages 5 --interval 0 --confirm
amqp-con -q recent --until-empty --format body >"$dir/recent"
expect 'the last three are there' "$(one_line "$dir/recent")" '3:x 4:x 5:x'
