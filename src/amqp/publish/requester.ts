// Asks and is answered: sends requests, and gives each reply to the request with its correlation-id. Requests without a
// reply are sent again on a new link, so that a server may see one twice (at least once).
import type { ConsumeMessage, Message as Returned } from "amqplib";
import { randomBytes } from "node:crypto";
import { alarm } from "../../time/deadline.ts";
import { Cancelled, Failure, Unsendable } from "../../errors.ts";
import type { Delivery, Message } from "../../message/message.ts";
import type { BlockedReport } from "../session/connection.ts";
import type { Link } from "../session/link.ts";
import { toDeliveryOrDrop, toProperties } from "../wire/received.ts";
import type { RequestOutcome, RequestPlan } from "./request.ts";
import { explainUnsent, openSender, type Sender } from "./sender.ts";
import type { Client } from "../session/client.ts";
import { SizeLimit } from "../poison/size-limit.ts";

/** The pseudo-queue of direct reply-to (rabbitmq.com/docs/direct-reply-to). */
const DIRECT = "amq.rabbitmq.reply-to";

/** Between a refusal and the next try. */
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 2000;

/** A request under way. */
interface Pending {
  readonly message: Message;
  readonly onReply: (reply: Delivery) => void;
  readonly end: (outcome: RequestOutcome | Failure) => void;
  count: number;
  /** How often the broker has refused it (basic.nack), and whether that is the last that it has said. */
  nacks: number;
  isNacked: boolean;
  /** Sends it again after that. */
  retry: NodeJS.Timeout | undefined;
}

export class Requester implements Client {
  readonly channelKind = "confirm";
  readonly isDrained = true;
  /** Each request has its own time, after which it does not come again. */
  readonly repeats = false;
  readonly #plan: RequestPlan;
  readonly #report: BlockedReport;
  readonly #sizeLimit = new SizeLimit();
  readonly #prefix = randomBytes(9).toString("base64url");
  readonly #pending = new Map<string, Pending>();
  /** The requests sent on this channel and not confirmed yet, by delivery tag. */
  readonly #unconfirmed = new Map<number, string>();
  #tag = 0;
  #asked = 0;
  /** The correlation-ids that requests have brought along. */
  readonly #given = new Set<string>();
  #replied = 0;
  #bytes = 0;
  #sender: Sender | undefined;
  #replyTo = DIRECT;
  #failure: Failure | undefined;

  constructor(plan: RequestPlan, report: BlockedReport) {
    this.#plan = plan;
    this.#report = report;
  }

  get progress(): number {
    return this.#replied;
  }

  /** Bytes of the requests under way: they are kept, to be sent again. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Sends a request; it gets a correlation-id unless it has one. Resolves when nothing more is awaited; `onReply` is called
   * for each reply before that. @throws Failure when the session fails, Unsendable when it cannot be encoded here, is too
   * large for any broker, or has the correlation-id of an earlier request: a late reply, or one too many, would be taken for
   * its own
   */
  async ask(message: Message, onReply: (reply: Delivery) => void): Promise<RequestOutcome> {
    if (this.#failure) throw this.#failure;
    if (this.#sizeLimit.excludes(message)) {
      const reason = this.#sizeLimit.explain(message.body.length);
      if (this.#sizeLimit.refusal) return { unsent: reason };
      throw new Unsendable(reason, undefined);
    }
    const own = message.properties.correlationId;
    if (own !== undefined && this.#given.has(own))
      throw new Unsendable(
        `correlation-id "${own}" is that of an earlier request: leave it out, and each gets one of its own`,
        undefined,
      );
    if (own !== undefined) this.#given.add(own);
    const id = own ?? `${this.#prefix}-${++this.#asked}`;
    const properties = { ...message.properties, correlationId: id };
    const ended = this.#await(id, { ...message, properties }, onReply);
    this.#send(id, true);
    const outcome = await ended;
    if (outcome instanceof Failure) throw outcome;
    return outcome;
  }

  /** Waits for nothing any longer. */
  stop(): void {
    for (const pending of this.#pending.values()) pending.end("stopped");
  }

  async attach(link: Link): Promise<void> {
    const { channel, connection } = link;
    this.#tag = 0;
    channel.on("return", (returned) => this.#onReturn(returned));
    channel.on("ack", ({ deliveryTag, multiple }) => {
      for (const id of this.#forget(deliveryTag, multiple)) this.#markTaken(id);
    });
    channel.on("nack", ({ deliveryTag, multiple }) => {
      for (const id of this.#forget(deliveryTag, multiple)) this.#askLater(id);
    });
    connection.onBlocked(this.#report);
    const own = { exclusive: true, autoDelete: true, durable: false };
    this.#replyTo = this.#plan.ownQueue ? (await channel.assertQueue("", own)).queue : DIRECT;
    const take = (reply: ConsumeMessage | null): void => this.#onReply(link, reply);
    await channel.consume(this.#replyTo, take, { noAck: true });
    this.#sender = openSender(connection, channel, ignore);
    for (const id of this.#pending.keys()) this.#send(id);
  }

  detach(): void {
    this.#sender = undefined;
    this.#unconfirmed.clear();
  }

  /** A request that is too large for this broker ends alone; the others are sent again. */
  outlives(reason: Failure): boolean {
    if (!this.#sizeLimit.learn(reason)) return false;
    const tooLarge = [...this.#pending.values()].filter(({ message }) =>
      this.#sizeLimit.excludes(message),
    );
    for (const { message, end } of tooLarge)
      end({ unsent: this.#sizeLimit.explain(message.body.length) });
    return tooLarge.length > 0;
  }

  fail(failure: Failure): void {
    this.detach();
    this.#failure = failure;
    for (const pending of this.#pending.values()) pending.end(failure);
  }

  async #await(
    id: string,
    message: Message,
    onReply: (reply: Delivery) => void,
  ): Promise<RequestOutcome | Failure> {
    let end: Pending["end"] = ignore;
    const ending = new Promise<RequestOutcome | Failure>((resolve) => {
      end = (outcome) => {
        // At once: what has arrived together with the last reply is surplus.
        this.#pending.delete(id);
        resolve(outcome);
      };
    });
    const pending: Pending = {
      message,
      onReply,
      end,
      count: 0,
      nacks: 0,
      isNacked: false,
      retry: undefined,
    };
    this.#pending.set(id, pending);
    this.#bytes += message.body.length;
    const off = alarm(this.#plan.timeoutMs, () => end("late"));
    const ended = await ending;
    off();
    this.#bytes -= message.body.length;
    if (ended !== "late") return ended;
    if (this.#plan.replies === 0 && pending.count > 0) return "answered";
    return pending.isNacked ? "nacked" : "late";
  }

  #markTaken(id: string): void {
    const pending = this.#pending.get(id);
    if (pending) pending.isNacked = false;
  }

  /** Refused, for its queue is full or has no leader: it is sent again, later each time, until its time is over. */
  #askLater(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.isNacked = true;
    const delayMs = Math.min(FIRST_DELAY_MS * 2 ** pending.nacks++, LONGEST_DELAY_MS);
    pending.retry = setTimeout(() => this.#send(id), delayMs).unref();
  }

  /**
   * Sends a pending request, if there is a link; else it goes out with the next one. One that has a reply is not sent again: the
   * second reply of that server would count as another's. Its own time ends it.
   */
  #send(id: string, isNew = false): void {
    const pending = this.#pending.get(id);
    if (!this.#sender || !pending || pending.count > 0) return;
    // On a new link it goes out before its time.
    clearTimeout(pending.retry);
    const { message } = pending;
    const properties = { ...message.properties, replyTo: this.#replyTo };
    try {
      this.#sender.send({ ...message, properties }, true);
      this.#unconfirmed.set(++this.#tag, id);
    } catch (error) {
      if (!(error instanceof Unsendable)) throw error;
      pending.end(isNew ? error : { unsent: explainUnsent(error) });
    }
  }

  #onReturn({ properties }: Returned): void {
    const { correlationId = "" } = toProperties(properties);
    this.#pending.get(correlationId)?.end("returned");
  }

  /** A reply that nobody waits for any longer is dropped. */
  #onReply(link: Link, message: ConsumeMessage | null): void {
    if (!message) return link.connection.destroy(new Cancelled(this.#replyTo));
    const reply = toDeliveryOrDrop(message, link, this.#replyTo);
    if (!reply) return;
    const pending = this.#pending.get(reply.properties.correlationId ?? "");
    if (!pending) return;
    this.#replied++;
    pending.count++;
    pending.onReply(reply);
    if (pending.count === this.#plan.replies) pending.end("answered");
  }

  /** The requests that a confirm is about. */
  #forget(tag: number, multiple: boolean): readonly string[] {
    const tags = multiple ? [...this.#unconfirmed.keys()].filter((each) => each <= tag) : [tag];
    return tags.flatMap((each) => {
      const id = this.#unconfirmed.get(each);
      this.#unconfirmed.delete(each);
      return id ?? [];
    });
  }
}

function ignore(): void {}
