#!/bin/sh
# A queue that refuses more than it can hold: the publisher is told, message by message.
. "$(dirname "$0")/support.sh"
amqp-pub -q small -Q --durable-queue --nad-queue --max-length 3 --overflow reject-publish --declare-only

# The broker answers with a nack; after --nack-retries the message is counted as nacked, and the exit code is 5.
expect_code 5 amqp-pub -k small -m x --nb-messages 5 --interval 0 --confirm --nack-retries 0 --summary text
expect 'the first three are there' "$(amqp-con -q small --until-empty --format body 2>/dev/null | tr '\n' ' ')" '1:x 2:x 3:x '
amqp-con -q small --delete-queue
