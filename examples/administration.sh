#!/bin/sh
# Declare, look, unbind, empty and delete, without a message of one's own.
. "$(dirname "$0")/support.sh"
own 'store' 'goods'
# Nothing there yet: --passive checks, and creates nothing.
expect_code 4 amqp-con -q store -Q --passive --declare-only
# Draw it first: --dry-run connects to nothing.
amqp-con -e goods -E -t topic --nad-exchange -q store -Q --durable-queue --nad-queue --bind-queue -k 'fresh.#' --dry-run
amqp-con -e goods -E -t topic --nad-exchange -q store -Q --durable-queue --nad-queue --bind-queue -k 'fresh.#' --declare-only
amqp-con -e goods -E -t topic -q store -Q --passive --declare-only

seq 3 | amqp-pub -e goods -k fresh.milk -l --confirm --quiet
expect 'how many' "$(amqp-con -q store --depth json | jq .messages)" 3
amqp-con -e goods -q store -k 'fresh.#' --unbind
expect_code 5 amqp-pub -e goods -k fresh.milk -m 'reaches nobody' --confirm --mandatory
expect_code 4 amqp-con -q store --delete-queue --if-empty
amqp-con -q store --purge
amqp-con -q store --delete-queue --if-empty --if-unused
amqp-pub -e goods --delete-exchange --if-unused
expect_code 4 amqp-con -q store --depth
