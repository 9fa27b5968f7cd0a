// The exit code of amqp-pub --rpc, by what became of its requests.
import { expect, it } from "vitest";
import { exitCode } from "../src/rpc.ts";

const none = { requests: 9, answered: 9, errors: 0, returned: 0, nacked: 0, unanswered: 0 };

it.each([
  [{}, 0],
  [{ unanswered: 1 }, 8],
  [{ errors: 1, unanswered: 1 }, 6],
  [{ returned: 1, errors: 1, unanswered: 1 }, 5],
  [{ nacked: 1, errors: 1, unanswered: 1 }, 5],
])("of %j is %d", (account, code) => {
  expect(exitCode({ ...none, ...account })).toBe(code);
});
