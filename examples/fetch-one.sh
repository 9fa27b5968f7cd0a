#!/bin/sh
# Fetch messages one by one (basic.get) instead of subscribing: for scripts that take work when they have time.
. "$(dirname "$0")/support.sh"
own 'box'
amqp-pub -q box -Q --durable-queue --nad-queue -k box -m one --confirm
amqp-pub -k box -m two --confirm

expect 'the first one' "$(amqp-con -q box --get --format raw)" one
# Until there is nothing more: exit code 8 says that the queue was empty.
while amqp-con -q box --get --format body >>"$dir/bodies" 2>/dev/null; do :; done
expect 'the others' "$(one_line "$dir/bodies")" two
expect_code 8 amqp-con -q box --get
