// Who is suspected of having ended a connection.
import { expect, it } from "vitest";
import { Suspects } from "../../../src/amqp/poison/suspects.ts";
import type { Entry } from "../../../src/amqp/publish/entry.ts";
import { message } from "../../support/pretended-publisher.ts";

function entry(serial: number): Entry {
  const untold = { nacks: 0, takenAt: 0, returned: undefined, state: "open" } as const;
  return { message: message("x"), serial, ...untold };
}

it("all that were on their way are suspected, however many, and none that came later", () => {
  const underWay = Array.from({ length: 300_000 }, (_, serial) => entry(serial));
  const suspects = new Suspects();
  expect(suspects.judge(underWay)).toBeUndefined();
  expect(suspects.includes(entry(299_999))).toBe(true);
  expect(suspects.includes(entry(300_000))).toBe(false);
});
