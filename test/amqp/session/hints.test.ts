// The way out of refusals that no other test provokes.
import { expect, it } from "vitest";
import { hintFor } from "../../../src/amqp/session/hints.ts";
import { pretendedTarget } from "../../support/pretended-session.ts";

const target = pretendedTarget(5672);

it("of a queue that the broker cannot name is to name it", () => {
  const text =
    "PRECONDITION_FAILED - Cannot declare a server-named queue for type rabbit_quorum_queue";
  expect(hintFor({ code: 406, text }, target)).toBe("name the queue with -q NAME");
});

it.each([
  [
    403,
    "ACCESS_REFUSED - write access to queue 'q' in vhost '/' refused for user 'CN=client'",
    'user "CN=client" lacks the write permission: rabbitmqctl list_user_permissions "CN=client" shows what there is; set_permissions replaces all three (configure, write, read)',
  ],
  [
    403,
    "ACCESS_REFUSED - access to exchange 'e' in vhost '/' refused for user 'bob'",
    'user "bob" lacks a permission: rabbitmqctl list_user_permissions "bob" shows what there is; set_permissions replaces all three (configure, write, read)',
  ],
  [
    403,
    "ACCESS_REFUSED - write access to topic 'a.b' in exchange 'amq.topic' in vhost '/' refused for user 'bob'",
    'user "bob" lacks the write permission for this topic: rabbitmqctl list_user_topic_permissions "bob" shows what there is; set_topic_permissions replaces both (write, read)',
  ],
  [
    530,
    "NOT_ALLOWED - number of channels opened for user 'bob' has reached the maximum allowed user limit of (1)",
    "raise the limit (rabbitmqctl set_user_limits); --forward, --reply and handlers take a second channel",
  ],
  [
    530,
    "NOT_ALLOWED - access to vhost '/' refused for user 'bob'",
    'user "bob" has no permissions there; all of them: rabbitmqctl set_permissions -p "/" "bob" ".*" ".*" ".*"',
  ],
])("of %d %s", (code, text, hint) => {
  expect(hintFor({ code, text }, target)).toBe(hint);
});
