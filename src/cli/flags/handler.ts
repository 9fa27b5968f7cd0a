// What amqp-con does with a message other than showing it: run a program for it, answer it, pass it on.
import { failureActions } from "../../work/judgement.ts";
import { count, decimal, oneOf, text, toggle } from "../flag.ts";
import { duration, positiveDuration } from "../time-flag.ts";

const group = "Handlers";

const factor = decimal("F", (value) => value >= 1, "1 or more");

export const handlerFlags = {
  shell: text({
    group,
    placeholder: "LINE",
    usual: true,
    summary: "run this shell line for each message, instead of --",
    details:
      "With `-- COMMAND ARG...` a program is run without any shell. Either gets the body on standard input, the message as one line of JSON on descriptor 3, and AMQP_ROUTING_KEY, AMQP_EXCHANGE, AMQP_QUEUE, AMQP_REDELIVERED, AMQP_ATTEMPT, the properties as AMQP_CONTENT_TYPE and so on, and AMQP_HEADER_NAME for each header (in capitals, with _ for what is no letter A to Z or digit) in its environment, which lacks AMQP_PASSWORD, AMQP_URL and AMQP_USERPASS. Its exit code decides: 0 acknowledges the message, 3 rejects it, 4 puts it back (later each time, up to 30 s), 75 tries it again later; anything else is a failure. So an amqp-pub in it, which needs a --url of its own with user and password, is best followed by `|| exit 75`: its codes 3 and 4 mean something else. Its output goes to standard output in one piece. What it leaves running in its process group ends with it.",
  }),
  jobs: count({ min: 1, max: 1000 })({
    group,
    default: 1,
    usual: true,
    summary: "how many handlers may run at once",
    details:
      "--prefetch is as many unless given: a worker holds no more messages than it works on, so that others get theirs.",
  }),
  execTimeout: positiveDuration({
    group,
    summary: "end a handler, with all it started, after this time",
    details:
      "First SIGTERM, after 5 s SIGKILL; it has failed then. By default a handler may take for ever, but RabbitMQ closes the channel of a consumer that holds a message for 30 minutes (consumer_timeout).",
  }),
  onFailure: oneOf(failureActions)({
    group,
    summary: "when a handler fails: default reject, or retry",
    details:
      "Failing is ending with an exit code other than 0, 3, 4 and 75, by a signal, or late. The default is retry when --retries, --retry-delay or --retry-backoff is given, else reject. stop puts the message back and ends the run with exit code 6. Without this flag a program that cannot be run (126, 127) stops the run too.",
  }),
  retries: count({ min: 0, max: 1000 })({
    group,
    default: 3,
    summary: "how often a message is tried again",
    details:
      "A message waits in a quorum queue made for that (QUEUE.retry-5000ms), is stored there before the original is acknowledged, and comes back by the default exchange. Its headers x-retry-count, x-retry-exchange and x-retry-routing-key tell what it was. Only failures of handlers count, not the x-delivery-count of a quorum queue, which grows with each look at a message.",
  }),
  retryDelay: duration({ group, default: 5000, summary: "how long it waits before the next try" }),
  retryBackoff: factor({
    group,
    default: 2,
    summary: "each wait is F times the one before",
    details: "At most a day.",
  }),
  deadLetter: text({
    group,
    placeholder: "EXCHANGE[:KEY]",
    summary: "where messages go that have failed for good",
    details:
      "After the last try, or when rejected. Stored there before the original is acknowledged, with the reason, the exit code, the first KiB of standard error and where it came from in headers (x-failure-reason, x-exit-code, x-stderr, x-attempts, x-original-exchange, x-original-routing-key, x-original-queue, x-death). Without KEY each keeps its own; :QUEUE is a queue. The exchange or queue must exist. Without this flag they are rejected: dropped, or dead-lettered by the queue itself.",
  }),
  reply: toggle({
    group,
    summary: "the handler's output is the reply to the request",
    details:
      "It goes to the message's reply-to, with its correlation-id, and is confirmed before the request is acknowledged. When the handler has failed for good, a reply of type error with the header x-exit-code is sent, so that no client waits in vain.",
  }),
  forward: text({
    group,
    placeholder: "EXCHANGE[:KEY]",
    summary: "publish each message on instead of showing it",
    details:
      "With its properties and headers; confirmed before it is acknowledged. Without KEY each keeps its own; :QUEUE is a queue. The exchange or queue must exist.",
  }),
};
