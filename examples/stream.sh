#!/bin/sh
# Stream: messages stay, and every reader starts where it wants to.
. "$(dirname "$0")/support.sh"
own 'events'
amqp-pub -q events -Q --queue-type stream --declare-only
seq 5 | amqp-pub -k events -l --confirm --quiet

# read_from OFFSET COUNT
read_from() { amqp-con -q events --offset "$1" -n "$2" --format body | paste -sd ' ' -; }
expect 'from the first one' "$(read_from first 5)" '1 2 3 4 5'
expect 'again, from offset 3' "$(read_from 3 2)" '4 5'
expect 'from a minute ago' "$(read_from 1m 5)" '1 2 3 4 5'

# A reader that starts with what comes next sees nothing old: exit code 8.
expect_code 8 amqp-con -q events --offset next --idle-timeout 1

# A reader that remembers its place in a file goes on where it stopped.
for round in '1 2' '3 4'; do
  amqp-con -q events --offset first --offset-file "$dir/place" -n 2 --format body >"$dir/round"
  expect 'in pieces' "$(one_line "$dir/round")" "$round"
done
