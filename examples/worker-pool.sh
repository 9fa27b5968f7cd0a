#!/bin/sh
# A worker pool: any program handles each message; its exit code decides. Four run at a time.
. "$(dirname "$0")/support.sh"
own 'images'
amqp-pub -q images -Q --durable-queue --nad-queue --declare-only
seq 20 | amqp-pub -k images -l --confirm --quiet --persistent

# Body on stdin, key and headers in the environment. Exit 0 acknowledges, 3 rejects, 4 puts back, 75 retries.
amqp-con -q images --jobs 4 --until-empty -- sh -c 'read -r n || true; echo "$AMQP_ROUTING_KEY $n done"' >"$dir/done"
expect 'all were handled' "$(sort -u "$dir/done" | grep -c done)" 20

# A shell line may be a pipe.
amqp-pub -k images -m 'one two three'
expect 'words' "$(amqp-con -q images -n 1 --shell 'wc -w | tr -d " "')" 3
