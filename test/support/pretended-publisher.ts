// A publisher on a session with a misbehaving server: what it was told to send, and what it has told.
import type { PublisherPlan } from "../../src/amqp/publish/publisher-plan.ts";
import type { PublishReport } from "../../src/amqp/publish/ledger.ts";
import { Publisher } from "../../src/amqp/publish/publisher.ts";
import type { Reply } from "../../src/errors.ts";
import type { Message } from "../../src/message/message.ts";
import type { ClientFrame } from "./amqp-frame.ts";
import type { Misbehaviour } from "./misbehave.ts";

const usual: PublisherPlan = {
  confirm: true,
  mandatory: false,
  window: 100,
  confirmTimeoutMs: 0,
  nackRetries: 0,
  numbered: false,
};

/** A message with that body, which is its message-id as well. */
export function message(body: string, changes: Partial<Message> = {}): Message {
  const bytes = Buffer.from(body);
  return {
    exchange: "",
    routingKey: "k",
    properties: { messageId: body },
    body: bytes,
    ...changes,
  };
}

/** Tells what a report is told, a line each. */
class LineReport implements PublishReport {
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  sent({ body }: Message): void {
    this.#tell(`sent ${body.toString()}`);
  }

  returned({ body }: Message, { code }: Reply): void {
    this.#tell(`returned ${body.toString()} ${code}`);
  }

  nacked({ body }: Message, reason: string): void {
    this.#tell(`nacked ${body.toString()}${reason === "nack" ? "" : ` (${reason})`}`);
  }

  blocked(reason: string): void {
    this.#tell(`blocked: ${reason}`);
  }

  unblocked(): void {
    this.#tell("unblocked");
  }
}

/** A publisher and what it has told, at moments when its account adds up. */
export function openPublisher(changes: Partial<PublisherPlan> = {}): {
  readonly publisher: Publisher;
  readonly told: readonly string[];
} {
  const told: string[] = [];
  const report = new LineReport((line) => {
    const { unconfirmed } = publisher.account;
    told.push(unconfirmed < 0 ? `${line}, when ${unconfirmed} were unconfirmed` : line);
  });
  const publisher = new Publisher({ ...usual, ...changes }, report);
  return { publisher, told };
}

/** The bodies that a connection has received, in order. */
export function bodiesOn(server: Misbehaviour, connection = 1): readonly string[] {
  return server
    .received(connection)
    .filter(({ name }) => name === "body")
    .map(({ payload }) => payload.toString());
}

/** The routing key of each publish on a connection. */
export function keysOn(server: Misbehaviour, connection = 1): readonly string[] {
  const publishes = server.received(connection).filter(({ name }) => name === "basic.publish");
  return publishes.map(({ payload }) => {
    // Class, method and a reserved number, then exchange and key with their lengths.
    const key = 7 + (payload[6] ?? 0);
    return payload.toString("utf8", key + 1, key + 1 + (payload[key] ?? 0));
  });
}

/** Whether each publish on a connection asked for the return of what cannot be routed. */
export function mandatoryOn(server: Misbehaviour, connection = 1): readonly boolean[] {
  const publishes = server.received(connection).filter(({ name }) => name === "basic.publish");
  return publishes.map((frame) => isMandatory(frame));
}

/** The last byte holds the two bits of basic.publish: mandatory, immediate. */
function isMandatory({ payload }: ClientFrame): boolean {
  return ((payload.at(-1) ?? 0) & 1) === 1;
}
