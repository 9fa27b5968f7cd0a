// A message that is too large for the broker: it alone is refused, also when more are on their way.
import { describe, expect, it } from "vitest";
import { ack, channelClose, qosOk } from "../../support/amqp-answer.ts";
import { goodbye, openChannel, whenever, type Script } from "../../support/misbehave-script.ts";
import { misbehave } from "../../support/misbehave.ts";
import { bodiesOn, message, openPublisher } from "../../support/pretended-publisher.ts";
import { inTurn, openSession } from "../../support/pretended-session.ts";

const TEXT = "PRECONDITION_FAILED - message size 5 is larger than configured max size 4";
const tooLarge = channelClose(406, TEXT);
const confirmsAll: Script = [
  ...openChannel("confirm"),
  ...goodbye(),
  whenever("body", (count) => ack(count)),
];

describe("a message larger than the broker takes", () => {
  it("is refused alone with confirms; those around it are sent again, once", async () => {
    const refusing: Script = [...openChannel("confirm"), { frames: 9 }, ack(1), tooLarge];
    const server = await misbehave(inTurn(refusing, confirmsAll));
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    for (const body of ["a", "b", "large", "c"]) publisher.publish(message(body));
    await expect(publisher.finish()).rejects.toThrow(TEXT);
    expect(bodiesOn(server, 2)).toEqual(["b", "c"]);
    expect(told).toEqual(["sent a", "nacked large (5 bytes, the limit is 4)", "sent b", "sent c"]);
    expect(publisher.account).toEqual({
      read: 4,
      sent: 4,
      confirmed: 3,
      returned: 0,
      nacked: 1,
      unconfirmed: 0,
      resent: 2,
    });
  });

  it("is not even sent once the limit is known", async () => {
    const refusing: Script = [...openChannel("confirm"), "body", tooLarge];
    const server = await misbehave(inTurn(refusing, confirmsAll));
    const { publisher, told } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("large"));
    await expect.poll(() => told).toHaveLength(1);
    for (const body of ["larger", "fits"]) publisher.publish(message(body));
    await expect(publisher.finish()).rejects.toThrow(TEXT);
    expect(bodiesOn(server, 2)).toEqual(["fits"]);
    expect(told).toEqual([
      "nacked large (5 bytes, the limit is 4)",
      "nacked larger (6 bytes, the limit is 4)",
      "sent fits",
    ]);
    expect(publisher.account).toMatchObject({ read: 3, confirmed: 1, nacked: 2, unconfirmed: 0 });
  });

  it("ends the run when nothing on its way is larger, for then nobody knows what was meant", async () => {
    const refusing: Script = [...openChannel("confirm"), "body", tooLarge];
    const server = await misbehave(inTurn(refusing, confirmsAll));
    const { publisher } = openPublisher();
    await openSession([server.port], publisher);
    publisher.publish(message("a"));
    await expect(publisher.finish()).rejects.toThrow(TEXT);
    expect(publisher.account).toMatchObject({ read: 1, unconfirmed: 1 });
    expect(server.connections).toBe(1);
  });

  it("ends the run without confirms, for nobody knows what was lost behind it", async () => {
    const refusing: Script = [...openChannel(), whenever("basic.qos", qosOk()), "body", tooLarge];
    const server = await misbehave(inTurn(refusing, refusing));
    const { publisher } = openPublisher({ confirm: false });
    await openSession([server.port], publisher);
    publisher.publish(message("large"));
    await expect(publisher.finish()).rejects.toThrow(TEXT);
    expect(publisher.account).toMatchObject({ read: 1, confirmed: 0, unconfirmed: 1 });
  });
});
