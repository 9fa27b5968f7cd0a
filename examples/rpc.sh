#!/bin/sh
# Remote procedure calls (tutorial 6): a server computes Fibonacci numbers; requests carry reply-to and correlation-id.
. "$(dirname "$0")/support.sh"
own 'rpc_queue'

# The server: any program that reads the request on stdin and writes the reply to stdout.
cat >"$dir/fib" <<'SERVER'
#!/bin/sh
read -r n || true
a=0 b=1
while [ "$n" -gt 0 ]; do next=$((a + b)); a=$b; b=$next; n=$((n - 1)); done
printf %s "$a"
SERVER
chmod +x "$dir/fib"
amqp-con -q rpc_queue -Q --prefetch 1 --reply -- "$dir/fib" 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: rpc_queue'

expect 'fib(30)' "$(amqp-pub -k rpc_queue --rpc --format body -m 30)" 832040
# Many requests at once: each reply finds its request by the correlation-id.
seq 5 | amqp-pub -k rpc_queue --rpc --format body -l --jobs 5 | sort -n >"$dir/replies"
expect 'fib(1) to fib(5)' "$(one_line "$dir/replies")" '1 1 2 3 5'
# Replies by a queue of the client's own, as the tutorial does it, instead of RabbitMQ's direct reply-to.
expect 'fib(10)' "$(amqp-pub -k rpc_queue --rpc --reply-queue --format body -m 10)" 55
# Nobody serves this queue: the client knows at once.
expect_code 5 amqp-pub -k no_such_server --rpc -m 1
