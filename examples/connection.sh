#!/bin/sh
# How to reach a broker: a URL or its parts, what is negotiated, and a profile that names it all.
. "$(dirname "$0")/support.sh"
own 'reached'
amqp-con --ping
# Flags override parts of AMQP_URL. Heartbeats notice a dead peer; --max-outage says how long to reconnect.
amqp-pub --heartbeat 5 --frame-max 65536 --channel-max 16 --connect-timeout 5 --wait 2 --max-outage 30s \
  --connection-name example -q reached -Q --durable-queue --nad-queue -k reached -m 'got through' --confirm

# A profile: defaults under a name. Where each value came from is told, and secrets are hidden.
cat >"$dir/config.toml" <<'TOML'
[work]
queue = "reached"
format = "body"
heartbeat = 5
TOML
amqp-con --config "$dir/config.toml" --profile work --print-config >"$dir/config"
grep -E 'queue|heartbeat' "$dir/config"
expect 'by profile' "$(amqp-con --config "$dir/config.toml" --profile work -n 1)" 'got through'

# Nobody listens at that port: exit code 3, at once, or after --wait.
expect_code 3 amqp-pub --url amqp://localhost:1 -k reached -m 'got lost'
