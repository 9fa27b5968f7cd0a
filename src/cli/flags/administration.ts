// What can be done to exchanges, queues and bindings besides declaring them, and a look at what would be done. None of it
// sends or takes messages. What these flags mean together: ../administration-plan.ts.
import { oneOf, toggle } from "../flag.ts";

const group = "Administration";

/** The same in both binaries. Typed only, but for the look: a variable or a profile must not delete anything. */
export const administrationFlags = {
  declareOnly: toggle({
    group,
    typedOnly: true,
    summary: "declare and bind what the flags say, then exit",
    details:
      "What is said of messages may stay: none is sent or taken. With --passive only check that it exists.",
  }),
  depth: oneOf(["text", "json"])({
    group,
    typedOnly: true,
    bare: "text",
    summary: "print how many messages and consumers the queue has",
    details:
      "On standard output. The messages are those ready for delivery, without those in the hands of consumers; of a stream the broker counts neither. With --depth=json as one line of JSON.",
  }),
  purge: toggle({
    group,
    typedOnly: true,
    summary: "remove all messages that are ready from the queue",
    details:
      "What several of these flags ask for is done in this order: declare, unbind, purge, depth, delete the queue, delete the exchange.",
  }),
  unbind: toggle({
    group,
    typedOnly: true,
    summary: "unbind the queue from the exchange",
    details:
      "The binding is told by -k, --bind-header and --match as when it was made. With --bind-exchange the exchange is unbound from that source.",
  }),
  deleteQueue: toggle({ group, typedOnly: true, summary: "delete the queue and its messages" }),
  deleteExchange: toggle({ group, typedOnly: true, summary: "delete the exchange" }),
  ifEmpty: toggle({
    group,
    typedOnly: true,
    summary: "with --delete-queue: only without messages",
    details: "The broker refuses this for quorum queues, and amqp-pub and amqp-con for streams.",
  }),
  ifUnused: toggle({
    group,
    typedOnly: true,
    summary: "with --delete-...: only without consumers or bindings",
    details: "Not for quorum queues and streams: see --if-empty.",
  }),
  dryRun: oneOf(["text", "ascii", "mermaid"])({
    group,
    usual: true,
    bare: "text",
    summary: "connect to nothing: draw what the flags would build",
    details:
      "Exchanges, keys, queues and who publishes and consumes, what would be declared, and, on standard error, likely mistakes. With --dry-run=ascii in plain characters; with --dry-run=mermaid as a diagram for Markdown documents. AMQP_DRY_RUN=true keeps every run from connecting.",
  }),
};
