// "Hello World!" as the Python sample's README shows it, without and with TLS and accounts. Commands and texts are that
// README's, but for the .py; names, ports and files are this test's own.
import { describe, test } from "vitest";
import { play } from "../support/transcript.ts";

describe("Hello World", () => {
  test("both sides declare the queue, and whoever comes first creates it", async () => {
    await play(
      `
      con $ amqp-con -q hello -Q
      con ! Created queue: hello
      pub $ amqp-pub -q hello -Q -k hello -m 'Hello World!'
      pub ! Created queue: hello
      pub > Sent: Hello World!
      pub = 0
      con > Received: Hello World!
      con ^ SIGINT
      con ! Stopped
      con = 0
      `,
      { names: ["hello"] },
    );
  });

  test("the message waits for the consumer when the publisher comes first", async () => {
    await play(
      `
      pub $ amqp-pub -q hello -Q -k hello -m 'Hello World!'
      pub ! Created queue: hello
      pub > Sent: Hello World!
      pub = 0
      con $ amqp-con -q hello -Q
      con ! Created queue: hello
      con > Received: Hello World!
      con ^ SIGTERM
      con ! Stopped
      con = 0
      `,
      { names: ["hello"] },
    );
  });

  test("only the consumer declares the queue, and the publisher makes sure that its message got there", async () => {
    await play(
      `
      con $ amqp-con -q hello -Q
      con ! Created queue: hello
      pub $ amqp-pub -k hello --mandatory --confirm -m 'Hello World!'
      pub > Sent: Hello World!
      pub = 0
      con > Received: Hello World!
      con ^ SIGINT
      con ! Stopped
      con = 0
      # The queue was auto-delete: it went with its consumer.
      pub $ amqp-pub -k hello --mandatory --confirm -m 'Hello World!'
      pub ! Returned: 312 NO_ROUTE (exchange "", key "hello")
      pub ! Account: read 1 = confirmed 0 + returned 1 + nacked 0 + unconfirmed 0
      pub = 5
      `,
      { names: ["hello"] },
    );
  });
});
