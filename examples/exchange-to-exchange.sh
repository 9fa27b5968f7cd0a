#!/bin/sh
# Exchange to exchange: one exchange feeds another, which its owners bind as they like.
. "$(dirname "$0")/support.sh"
own 'errors' 'all errors'
amqp-pub -e all -E -t topic --nad-exchange --declare-only
# `errors` gets from `all` whatever has a key that ends in `error`, and is closed to publishers.
amqp-pub -e errors -E -t fanout --nad-exchange --internal-exchange --bind-exchange all -k '#.error' --declare-only
amqp-con -e errors -q errors -Q --durable-queue --nad-queue --bind-queue --declare-only

amqp-pub -e all -k web.info -m fine
amqp-pub -e all -k web.error -m broken
expect 'only the error came through' "$(amqp-con -q errors --until-empty)" 'Received: broken'
expect_code 4 amqp-pub -e errors -m 'straight to it'
