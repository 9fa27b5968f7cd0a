#!/bin/sh
# Retries in one command: a failing program runs again after a delay; at last the message is set aside.
. "$(dirname "$0")/support.sh"
# The delay queues would expire by themselves.
own 'jobs failed jobs.retry-200ms jobs.retry-400ms'
amqp-con -q failed -Q --durable-queue --nad-queue --declare-only
amqp-con -q jobs -Q --durable-queue --nad-queue --declare-only
amqp-pub -k jobs -m 'a job that always fails' --confirm

# Exit code 75 asks for a retry. `:failed` is the default exchange with the key `failed`.
expect_code 6 amqp-con -q jobs --retries 2 --retry-delay 200ms --dead-letter ':failed' --idle-timeout 2 -- \
  sh -c "cat >/dev/null; echo tried >>'$dir/tries'; exit 75"
expect 'one try and two retries' "$(grep -c tried "$dir/tries")" 3
expect 'it was set aside' "$(amqp-con -q failed -n 1)" 'Received: a job that always fails'
