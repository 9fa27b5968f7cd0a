#!/bin/sh
# The same in one command: --retries runs a failing program again after a delay, then sets the message aside.
. "$(dirname "$0")/support.sh"
amqp-con -q failed -Q --durable-queue --nad-queue --declare-only
amqp-con -q jobs -Q --durable-queue --nad-queue --declare-only
amqp-pub -k jobs -m 'a job that always fails' --confirm

# Exit code 75 asks for a retry. `:failed` is the default exchange with the key `failed`.
amqp-con -q jobs --retries 2 --retry-delay 200ms --dead-letter ':failed' --idle-timeout 2 -- \
  sh -c "cat >/dev/null; echo tried >>'$dir/tries'; exit 75" || true
expect 'one try and two retries' "$(wc -l <"$dir/tries" | tr -d ' ')" 3
expect 'it was set aside' "$(amqp-con -q failed -n 1 --timeout 10 2>/dev/null)" 'Received: a job that always fails'
# The delay queues would expire by themselves.
for queue in jobs failed jobs.retry-200ms jobs.retry-400ms; do amqp-con -q "$queue" --delete-queue; done
