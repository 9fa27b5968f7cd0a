// What becomes of a copy by its fate at the broker, and what is said when it has no place.
import { describe, expect, it } from "vitest";
import type { Fate } from "../../src/amqp/publish/route.ts";
import { Unsendable } from "../../src/errors.ts";
import { offer, store } from "../../src/work/copies.ts";
import { messageIn } from "../support/message-in.ts";

const copy = { exchange: "x", routingKey: "k", properties: {}, body: Buffer.from("x") };
const stored = (send: () => Promise<Fate>) => store(copy, messageIn(), { send });

describe("a copy", () => {
  it.each([
    ["confirmed", true],
    ["lost", false],
  ] as const)("that is %s is stored: %s", async (fate, isStored) => {
    expect(await stored(async () => fate)).toBe(isStored);
  });

  it.each([
    ["returned", "it reaches no queue"],
    ["nacked", "the broker refuses it (nack)"],
    ["fatal", "the broker fails on it, and closes the connection each time"],
  ] as const)("that is %s ends the run", async (fate, reason) => {
    await expect(stored(async () => fate)).rejects.toMatchObject({
      exit: "undelivered",
      message: `a message cannot be passed on to exchange "x", key "k": ${reason}`,
      hint: "the original was not acknowledged and stays in its queue",
    });
  });

  it("that came back is no error where somebody knows what to do with it", async () => {
    const courier = { send: async (): Promise<Fate> => "returned" };
    expect(await offer(copy, messageIn(), courier)).toBe("returned");
  });

  it("that no frame can carry is not delivered, which is no wrong use", async () => {
    const tooLarge = new Unsendable("the properties are larger than one frame", undefined);
    await expect(stored(() => Promise.reject(tooLarge))).rejects.toMatchObject({
      exit: "undelivered",
      message: expect.stringMatching(/key "k": the properties are larger than one frame$/),
      cause: tooLarge,
    });
  });

  it("hides no defect", async () => {
    const defect = new TypeError("x is undefined");
    await expect(stored(() => Promise.reject(defect))).rejects.toBe(defect);
  });
});
