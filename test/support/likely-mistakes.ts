// Command lines that make a likely mistake, by the rule that finds it.
import { bindingMistakes } from "../../src/preview/binding-mistakes.ts";
import { messageMistakes } from "../../src/preview/message-mistakes.ts";
import { queueMistakes } from "../../src/preview/queue-mistakes.ts";

export const rules = { ...bindingMistakes, ...queueMistakes, ...messageMistakes };
type Name = keyof typeof rules;

/** Rule, what is wrong, what is right, how the sentence begins. */
export const cases: readonly (readonly [Name, string, string, string])[] = [
  [
    "unboundQueue",
    "con -q q -Q -e logs -E",
    "con -q q -Q -e logs -E --bind-queue -k a",
    "queue q is not bound to exchange logs: nothing sent there arrives; add --bind-queue -k KEY.",
  ],
  [
    "unboundQueue",
    "pub -q q -Q -e logs -E -t fanout",
    "pub -q q -Q",
    "queue q is not bound to exchange logs: the messages do not get there; add --bind-queue.",
  ],
  ["keyOfNoQueue", "pub -q q -Q -k k", "pub -q q -Q -k q", "the default exchange delivers to"],
  [
    "keyOfNoQueue",
    "pub -q q -Q -k k",
    "pub -q q -Q -k k --cc q",
    "the default exchange delivers to",
  ],
  ["exchangeToNowhere", "pub -e e -E", "pub -e e -E --mandatory", "nothing here is bound to"],
  ["exchangeToNowhere", "pub -e e -E", "pub -e e -E --confirm", "nothing here is bound to"],
  ["namelessQueue", "con -Q", "con -Q -q q", "nobody knows the name that the broker gives"],
  [
    "wildcardOnDirect",
    "con -Q -e logs -E --bind-queue -k kern.*",
    "con -Q -e logs -E -t topic --bind-queue -k kern.*",
    "exchange logs is direct: the key kern.* matches no other key",
  ],
  [
    "wildcardOnDirect",
    "con -q q -e amq.direct --bind-queue -k #",
    "con -q q -e amq.direct --bind-queue -k a#b",
    "exchange amq.direct is direct: the key # matches no other key",
  ],
  [
    "noKey",
    "con -Q -e logs -E -t topic --bind-queue",
    "con -Q -e logs -E -t topic --bind-queue -k #",
    "the binding to exchange logs has no key, and takes only messages without one: -k '#' takes all.",
  ],
  [
    "noKey",
    "con -q q -e amq.direct --bind-queue",
    "con -q q -e amq.fanout --bind-queue",
    "the binding to exchange amq.direct has no key",
  ],
  [
    "keyOnFanout",
    "con -q q -e amq.fanout --bind-queue -k a",
    "con -q q -e amq.fanout --bind-queue",
    "exchange amq.fanout is fanout: it ignores the key",
  ],
  [
    "keyOnFanout",
    "pub -e logs -E -t fanout -k a",
    "pub -e logs -E -t fanout",
    "exchange logs is fanout: it ignores the key",
  ],
  [
    "keyOnHeaders",
    "con -q q -e amq.headers --bind-queue -k a",
    "con -q q -e amq.headers --bind-queue --bind-header a=b --match any",
    "exchange amq.headers is of type headers: without --bind-header the binding takes every message, whatever its key.",
  ],
  [
    "headersElsewhere",
    "con -q q -e amq.topic --bind-queue -k a --bind-header a=b",
    "con -q q -e amq.match --bind-queue --bind-header a=b",
    "exchange amq.topic ignores --bind-header",
  ],
  [
    "wildcardSent",
    "pub -e amq.topic -k kern.#",
    "pub -e amq.topic -k kern.critical",
    "the messages themselves have the key kern.#",
  ],
  [
    "internalExchange",
    "pub -e in -E --internal-exchange -k a",
    "pub -e in -E -k a",
    "exchange in is internal: the broker refuses",
  ],
  [
    "transientExchange",
    "con -q q -Q --durable-queue -e e -E --bind-queue -k a",
    "con -q q -Q --durable-queue -e e -E --durable-exchange --bind-queue -k a",
    "queue q is durable but exchange e is not",
  ],
  [
    "expiresToNowhere",
    "con -q q -Q --message-ttl 5000",
    "con -q q -Q --message-ttl 5000 --queue-type stream",
    "messages that get too old in queue q are dropped",
  ],
  [
    "expiresToNowhere",
    "pub -q q -Q --message-ttl 5000",
    "pub -q q -Q --message-ttl 5000 --dead-letter-exchange dlx",
    "messages that get too old in queue q are dropped",
  ],
  [
    "overflowsToNowhere",
    "con -q q -Q --max-length 10",
    "con -q q -Q --max-length 10 --overflow reject-publish",
    "when queue q is full, its oldest messages are dropped",
  ],
  [
    "overflowsToNowhere",
    "con -q q -Q --max-length-bytes 1MB",
    "con -q q -Q --max-length-bytes 1MB --queue-type stream",
    "when queue q is full, its oldest messages are dropped",
  ],
  [
    "keyWithoutExchange",
    "con -q q -Q --dead-letter-routing-key a",
    "con -q q -Q --dead-letter-routing-key a --dead-letter-exchange dlx",
    "--dead-letter-routing-key needs --dead-letter-exchange",
  ],
  [
    "argumentOfOtherType",
    "con -q q -Q --queue-type quorum --max-priority 5",
    "con -q q -Q --queue-type classic --max-priority 5",
    "the broker does not take --max-priority for a quorum queue",
  ],
  [
    "argumentOfOtherType",
    "con -q q -Q --delivery-limit 5",
    "con -q q -Q --queue-type quorum --delivery-limit 5",
    "the broker does not take --delivery-limit for a classic queue",
  ],
  [
    "argumentOfOtherType",
    "con -q q -Q --queue-type stream --message-ttl 5",
    "con -q q -Q --queue-type stream --max-length-bytes 5MB",
    "the broker does not take --message-ttl or --queue-message-ttl for a stream queue",
  ],
  [
    "builtInExchange",
    "con -q q -Q -e amq.topic -E --bind-queue -k a",
    "con -q q -Q -e amq.topic --bind-queue -k a",
    "every broker has exchange amq.topic (topic), and would refuse to create it otherwise: leave out -E.",
  ],
  [
    "builtInExchange",
    "pub -e amq.mine -E",
    "pub -e mine -E",
    "names that begin with amq. belong to the broker",
  ],
  [
    "autoDelete",
    "pub -q q -Q",
    "pub -q q -Q --nad-queue",
    "queue q is auto-delete: when its last consumer leaves",
  ],
  [
    "exclusiveWhenPublishing",
    "pub -q q -Q --exclusive",
    "con -q q -Q --exclusive",
    "queue q is exclusive: it is deleted, with the messages in it, when amqp-pub ends.",
  ],
  [
    "streamConsumer",
    "con -q q -Q --queue-type stream --prefetch 0",
    "con -q q -Q --queue-type stream",
    "a stream needs a prefetch limit",
  ],
  [
    "streamConsumer",
    "con -q q -Q --queue-type stream --get",
    "con -q q -Q --queue-type quorum --get",
    "--get does not work on a stream",
  ],
  [
    "unlimited",
    "con -q q --prefetch 0",
    "con -q q --prefetch 1",
    "--prefetch 0 sets no limit: all messages come into memory",
  ],
  [
    "unlimited",
    "con -q q --prefetch 0 -- ./work.sh",
    "con -q q -- ./work.sh",
    "--prefetch 0 sets no limit: all messages wait here for a handler",
  ],
  [
    "mandatoryUnconfirmed",
    "pub -k a --mandatory",
    "pub -k a --mandatory --confirm",
    "--mandatory tells of messages that reach no queue",
  ],
  [
    "refusalUnnoticed",
    "pub -q q -Q --max-length 1 --overflow reject-publish",
    "pub -q q -Q --max-length 1 --overflow reject-publish --confirm",
    "when queue q is full it refuses messages, which is noticed only with --confirm.",
  ],
  [
    "circle",
    "con -q q -e amq.topic --bind-queue -k a --forward amq.topic",
    "con -q q -e amq.topic --bind-queue -k a --forward amq.topic:b",
    "--forward sends messages back to queue q",
  ],
  [
    "circle",
    "con -q q -e amq.fanout --bind-queue --forward amq.fanout:b",
    "con -q q -e amq.fanout --bind-queue --forward amq.direct:b",
    "--forward sends messages back to queue q",
  ],
  [
    "persistentInTransient",
    "pub -q q -Q --persistent",
    "pub -q q -Q --durable-queue --persistent",
    "persistent messages are lost with queue q, which is transient",
  ],
  [
    "transientInDurable",
    "pub -q q -Q --durable-queue",
    "pub -q q -Q --queue-type quorum",
    "queue q survives a restart of the broker, the messages do not",
  ],
  [
    "transientInDurable",
    "pub -q q -Q --durable-queue -l",
    "pub -q q -Q --durable-queue --json",
    "queue q survives a restart of the broker, the messages do not",
  ],
  [
    "priorityIgnored",
    "pub -q q -Q --priority 5",
    "pub -q q -Q --priority 5 --max-priority 9",
    "queue q ignores priorities",
  ],
];
