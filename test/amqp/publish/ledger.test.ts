// The account: whatever happens to messages, the numbers add up, and people are told what is counted.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../../src/amqp/publish/ledger.ts";
import type { Entry } from "../../../src/amqp/publish/entry.ts";
import type { Message } from "../../../src/message/message.ts";

const NO_ROUTE = { code: 312, text: "NO_ROUTE" };
const message: Message = { exchange: "", routingKey: "k", properties: {}, body: Buffer.from("x") };
const entry = (returned?: typeof NO_ROUTE): Entry => ({
  message,
  serial: 0,
  nacks: 0,
  takenAt: 0,
  returned,
  state: "acked",
});

function open() {
  const told = { sent: 0, returned: 0, nacked: 0 };
  const ledger = new Ledger({
    sent: () => void told.sent++,
    returned: () => void told.returned++,
    nacked: () => void told.nacked++,
  });
  return { ledger, told };
}

/** What may become of a message that was read. */
const fates: Readonly<Record<string, (ledger: Ledger) => void>> = {
  acked: (ledger) => ledger.acked([entry()]),
  returned: (ledger) => ledger.acked([entry(NO_ROUTE)]),
  nacked: (ledger) => ledger.nacked(message),
  resent: (ledger) => ledger.resent(),
};

describe("a ledger", () => {
  it("accounts for every message read, and tells each that is settled once", () => {
    const fate = fc.constantFrom("acked", "returned", "nacked", "resent");
    fc.assert(
      fc.property(fc.array(fate), (seen) => {
        const { ledger, told } = open();
        for (const name of seen) {
          ledger.read();
          ledger.sent();
          fates[name]?.(ledger);
        }
        const count = (name: string): number => seen.filter((one) => one === name).length;
        expect(ledger.account).toEqual({
          read: seen.length,
          sent: seen.length,
          confirmed: count("acked"),
          returned: count("returned"),
          nacked: count("nacked"),
          unconfirmed: count("resent"),
          resent: count("resent"),
        });
        const [sent, returned, nacked] = ["acked", "returned", "nacked"].map(count);
        expect(told).toEqual({ sent, returned, nacked });
      }),
    );
  });

  it("without confirms counts what was handed over when the last round trip is done", () => {
    const { ledger, told } = open();
    for (let i = 0; i < 3; i++) ledger.read();
    ledger.handedOver([entry(), entry(), entry()]);
    ledger.cameBack(message, NO_ROUTE);
    expect(ledger.account).toMatchObject({ confirmed: 0, returned: 1, unconfirmed: 2 });
    expect(ledger.account).not.toHaveProperty("handedOver");
    ledger.arrived();
    expect(ledger.account).toMatchObject({ confirmed: 0, unconfirmed: 2, handedOver: 2 });
    expect(told).toEqual({ sent: 3, returned: 1, nacked: 0 });
  });

  it("without confirms leaves as unconfirmed what was handed over to a connection that was lost", () => {
    const { ledger } = open();
    for (let i = 0; i < 2; i++) ledger.read();
    ledger.handedOver([entry()]);
    ledger.lost();
    ledger.handedOver([entry()]);
    ledger.arrived();
    expect(ledger.account).toMatchObject({ read: 2, unconfirmed: 2, handedOver: 1 });
  });

  it("tells of progress with each message that is not sent again, and never takes it back", () => {
    const { ledger } = open();
    const steps: readonly (readonly [progress: number, step: () => void])[] = [
      [1, () => ledger.acked([entry()])],
      [1, () => ledger.resent()],
      [2, () => ledger.nacked(message)],
      [4, () => ledger.handedOver([entry(), entry()])],
      [4, () => ledger.cameBack(message, NO_ROUTE)],
      [4, () => ledger.lost()],
      [4, () => ledger.lost()],
      [5, () => ledger.handedOver([entry()])],
      [5, () => ledger.arrived()],
    ];
    for (const [progress, step] of steps) {
      step();
      expect(ledger.progress).toBe(progress);
    }
  });
});
