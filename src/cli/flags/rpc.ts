// How amqp-pub asks and waits for replies.
import { count, toggle } from "../flag.ts";
import { duration } from "../time-flag.ts";
import { outputFlags } from "./consume.ts";

const group = "RPC";

export const rpcFlags = {
  rpc: toggle({
    group,
    usual: true,
    summary: "send requests, and show the replies",
    details:
      "Each message is a request: it gets a correlation-id and a reply-to, and expires after --timeout unless --message-ttl says otherwise. Replies are shown as amqp-con shows messages; there are no Sent: lines. A reply of type error is told on standard error. After a lost connection, requests without reply are sent again. Exit code 5 when a request has reached no queue, 6 when a server has replied with an error, 8 when there was no reply in time.",
  }),
  timeout: duration({
    group,
    default: 10_000,
    summary: "with --rpc: how long to wait for replies to a request",
  }),
  replies: count({ min: 0 })({
    group,
    default: 1,
    summary: "with --rpc: how many to wait for; 0: all until --timeout",
    details: "More than one where several servers get each request, as with a fanout exchange.",
  }),
  jobs: count({ min: 1, max: 1000 })({
    group,
    default: 1,
    summary: "with --rpc: requests under way at once",
    details: "With more than one, replies are shown in the order in which they come.",
  }),
  replyQueue: toggle({
    group,
    summary: "a queue of our own for replies, not direct reply-to",
    details:
      "Direct reply-to (amq.rabbitmq.reply-to) is faster, but not every server can publish to it, and it needs the broker of the request.",
  }),
  format: {
    ...outputFlags.format,
    summary: "with --rpc: how a reply is written, or a template",
  },
};
