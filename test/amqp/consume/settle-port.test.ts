// What becomes of an error while a channel settles: only one that is closing may refuse.
import { IllegalOperationError } from "amqplib";
import { describe, expect, it } from "vitest";
import { settlePort } from "../../../src/amqp/consume/settle-port.ts";

/** Settles on a channel that throws this. */
function settleOn(error: Error): () => void {
  const refuse = (): never => {
    throw error;
  };
  const port = settlePort({ ack: refuse, nack: refuse });
  return () => {
    port.ack(1, false);
    port.nack(2, false, true);
  };
}

describe("a channel that cannot settle", () => {
  it("says nothing when it is closing: these messages come again", () => {
    expect(settleOn(new IllegalOperationError("Channel closing"))).not.toThrow();
  });

  it("hides no defect", () => {
    expect(settleOn(new TypeError("no tag"))).toThrow("no tag");
  });
});
