// Names that tests give to queues and exchanges.
import { expect, test } from "vitest";
import { NAME_PREFIX, unique } from "./name.ts";

test("gives a new name each time, that begins alike and ends with the title of its test", () => {
  const [first, second] = [unique("queue"), unique("queue")];
  expect(first).not.toBe(second);
  expect(first.startsWith(`${NAME_PREFIX}.queue.`)).toBe(true);
  expect(first).toMatch(/\.gives-a-new-name-each-time-/);
});

test("Keeps «strange» titles / out of a name: $(x)", () => {
  expect(unique("exchange")).toMatch(/^[a-z0-9.-]{1,100}$/);
  expect(unique("exchange")).toMatch(/\.keeps-strange-titles-out-of-a-name-x$/);
});
