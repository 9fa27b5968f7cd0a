// What to do with which flag when a queue or exchange exists otherwise. With a broker: refusals.test.ts.
import { expect, it } from "vitest";
import { inequivalenceHint } from "../../../src/amqp/session/inequivalence.ts";
import { kebab } from "../../../src/cli/flag.ts";
import { topologyFlags } from "../../../src/cli/flags/topology.ts";
import { planPub } from "../../support/plan.ts";

/** The broker's text, with values as it writes them. */
function refusal(argument: string, asked: string, current: string, kind = "queue"): string {
  return `PRECONDITION_FAILED - inequivalent arg '${argument}' for ${kind} 'x' in vhost '/': received ${asked} but current is ${current}`;
}

/** The hint up to "use another name". */
function way(...parts: Parameters<typeof refusal>): string | undefined {
  const [, found] =
    /; (.*) another name, or delete it$/.exec(inequivalenceHint(refusal(...parts))) ?? [];
  return found;
}

const text = (value: string): string => `the value '${value}' of type 'longstr'`;

it.each<[string, string, string, string]>([
  ["auto_delete", "'true'", "'false'", "give --nad-queue, use"],
  [
    "auto_delete",
    "'false'",
    "'true'",
    "leave out --nad-queue (or a --queue-type that implies it), use",
  ],
  ["durable", "'false'", "'true'", "give --durable-queue, use"],
  [
    "durable",
    "'true'",
    "'false'",
    "leave out --durable-queue (or a --queue-type that implies it), use",
  ],
  ["x-queue-type", "'classic'", "'quorum'", "give --queue-type quorum, use"],
  ["x-queue-type", "none", text("stream"), "give --queue-type stream, use"],
  ["x-expires", "none", "the value '60000' of type 'signedint'", "give --queue-ttl 60000, use"],
  ["x-expires", "the value '60000' of type 'signedint'", "none", "leave out --queue-ttl, use"],
  [
    "x-single-active-consumer",
    "none",
    "the value 'true' of type 'bool'",
    "give --single-active-consumer, use",
  ],
  [
    "x-dead-letter-exchange",
    "none",
    text("a b"),
    "give --dead-letter-exchange as it is there, use",
  ],
  ["x-of-a-plugin", "none", text("1"), "use the same flags,"],
])("a queue's %s, asked as %s, found as %s: %s", (argument, asked, current, expected) => {
  expect(way(argument, asked, current)).toBe(expected);
});

it.each<[string, string, string, string]>([
  ["type", "'fanout'", "'x-delayed-message'", "give -t x-delayed-message, use"],
  ["auto_delete", "'true'", "'false'", "give --nad-exchange, use"],
  ["internal", "'true'", "'false'", "leave out --internal-exchange, use"],
  ["alternate-exchange", "none", text("rest"), "give --alternate-exchange rest, use"],
])("an exchange's %s, asked as %s, found as %s: %s", (argument, asked, current, expected) => {
  expect(way(argument, asked, current, "exchange")).toBe(expected);
});

it("every argument that a flag of ours gives leads to that flag", () => {
  const ofQueue =
    "--queue-ttl 1 --queue-message-ttl 1 --dead-letter-exchange x --dead-letter-routing-key x --max-length 1 --max-length-bytes 1 --overflow drop-head --max-priority 1 --delivery-limit 1 --single-active-consumer --queue-type classic";
  const ofExchange = "-e e -E --alternate-exchange x";
  const { queue, exchange } = planPub(`-q q -Q ${ofQueue} ${ofExchange}`.split(" ")).topology;
  const ways = [
    ...Object.keys(queue?.arguments ?? {}).map((argument) => way(argument, "none", text("1"))),
    ...Object.keys(exchange?.arguments ?? {}).map((argument) =>
      way(argument, "none", text("1"), "exchange"),
    ),
  ];
  const named = ways.map((found) => /--[a-z-]+/.exec(found ?? "")?.[0]);
  expect(new Set(named).size).toBe(12);
  const known = Object.keys(topologyFlags).map((key) => `--${kebab(key)}`);
  expect(known).toEqual(expect.arrayContaining(named));
});
