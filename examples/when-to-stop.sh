#!/bin/sh
# When a consumer has enough: after N messages, a last one, an empty queue, silence, or a time. Each says so on stderr.
. "$(dirname "$0")/support.sh"
own 'talk'
fill() { for word in hello again quit later; do echo "$word"; done | amqp-pub -q talk -Q --durable-queue --nad-queue -k talk -l --confirm --quiet; }
listen() { amqp-con -q talk --format body "$@" | paste -sd ' ' -; }

fill
expect 'two messages' "$(listen -n 2)" 'hello again'
expect 'until the queue is empty' "$(listen --until-empty)" 'quit later'
fill
expect 'until one says quit' "$(listen --until-body quit)" 'hello again quit'
expect 'until nothing comes for a second' "$(listen --idle-timeout 1)" later
# A time that has passed is an error, unlike the others: exit code 124, as of timeout(1).
expect_code 124 amqp-con -q talk --timeout 1
