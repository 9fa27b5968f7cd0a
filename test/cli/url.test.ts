// What hides passwords in texts that hold URLs.
import { expect, it } from "vitest";
import { findPassword, hidePassword } from "../../src/cli/url.ts";

it.each([
  [
    '"amqp://u:secret@h/x" fails: open amqps://u:secret@h',
    '"amqp://u:***@h/x" fails: open amqps://u:***@h',
  ],
  ["amqp://a:se//c@r:e/t@h,amqp://b@two", "amqp://a:***@h,amqp://b@two"],
  ["amqp://me@corp:secret@h", "amqp://me@corp:***@h"],
  ["amqp://me:se@ret/word@h", "amqp://me:***@h"],
  ["amqp://me@h:5672/v", "amqp://me@h:5672/v"],
  ["nothing to hide: a@b", "nothing to hide: a@b"],
])("%s is shown as %s", (text, shown) => {
  expect(hidePassword(text)).toBe(shown);
});

it.each([
  ["amqp://bob:s@cret@h/v@w", "s@cret"],
  ["amqp://bob@h:5672/a@b", undefined],
  ["amqp://[::1]:5672/a@b", undefined],
  ["amqp://bob:@h", ""],
  ["amqp://bob:se/cret@h", "se/cret"],
])("the password of %s is %s", (url, password) => {
  expect(findPassword(url)).toBe(password);
});
