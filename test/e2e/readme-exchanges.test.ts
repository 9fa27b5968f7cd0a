// "Publish/Subscribe", "Routing" and "Topics" as the Python sample's README shows them. Only its pauses are shorter.
import { beforeAll, describe, test } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import { sharedBroker } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";

const env = { AMQP_INTERVAL: "0.02" };

describe("publish and subscribe", () => {
  test("every subscriber has a queue of its own and receives every message", async () => {
    await play(
      `
      one $ amqp-con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto
      one ! Created exchange: logs
      one ! Created queue: amq.gen-lHUA6ikzU8HFbj1GESHMZg
      one ! Bound Queue [amq.gen-lHUA6ikzU8HFbj1GESHMZg] to Exchange [logs]␣
      two $ amqp-con -e logs -E -t fanout -Q --exclusive --bind-queue --ack-auto
      two ! Created exchange: logs
      two ! Created queue: amq.gen-8iNpPPLWOtu3I7GqYAN7Zw
      two ! Bound Queue [amq.gen-8iNpPPLWOtu3I7GqYAN7Zw] to Exchange [logs]␣
      pub $ amqp-pub -e logs -t fanout --nb-message 3 -m 'Hello World!'
      pub > Sent: 1:Hello World!
      pub > Sent: 2:Hello World!
      pub > Sent: 3:Hello World!
      pub = 0
      one > Received: 1:Hello World!
      one > Received: 2:Hello World!
      one > Received: 3:Hello World!
      two > Received: 1:Hello World!
      two > Received: 2:Hello World!
      two > Received: 3:Hello World!
      one ^ SIGINT
      one ! Stopped
      one = 0
      two ^ SIGINT
      two ! Stopped
      two = 0
      `,
      { names: ["logs"], env },
    );
  });

  test("a missing exchange is an error at once with --mandatory --confirm, and nothing counts as sent", async () => {
    await play(
      `
      $ amqp-pub -e logs -t fanout -m 'Hello World!' --mandatory --confirm
      ! Account: read 1 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 1
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: declare the exchange with -E (and -t TYPE), or start the side that declares it first
      = 4
      `,
      { names: ["logs"] },
    );
  });

  test("without them it is noticed by the next message", async () => {
    await play(
      `
      $ amqp-pub -e logs -t fanout -m 'Hello World!' --nb-messages 2
      > Sent: 1:Hello World!
      ! Account: read 1 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 1
      ! ERROR:  (404, "NOT_FOUND - no exchange 'logs' in vhost '/'")
      ! hint: declare the exchange with -E (and -t TYPE), or start the side that declares it first
      = 4
      `,
      { names: ["logs"], env: { AMQP_INTERVAL: "8" } },
    );
  });
});

describe("routing", () => {
  test("each message goes to the queue that is bound with its key", async () => {
    await play(
      `
      error $ amqp-con -e direct_logs -E -t direct -k error -Q --exclusive --bind-queue --ack-auto
      error ! Created exchange: direct_logs
      error ! Created queue: amq.gen-gWUt8eu40pqog_ZyksHLSQ
      error ! Bound Queue [amq.gen-gWUt8eu40pqog_ZyksHLSQ] to Exchange [direct_logs] error
      info $ amqp-con -e direct_logs -E -t direct -k info -Q --exclusive --bind-queue --ack-auto
      info ! Created exchange: direct_logs
      info ! Created queue: amq.gen-5-XV137j1JVt17pbr6xjrw
      info ! Bound Queue [amq.gen-5-XV137j1JVt17pbr6xjrw] to Exchange [direct_logs] info
      pub $ amqp-pub -e direct_logs -t direct -m 'Hello World!' -k error
      pub > Sent: Hello World!
      pub = 0
      error > Received: Hello World!
      pub $ amqp-pub -e direct_logs -t direct -m 'Hello World!' -k info
      pub > Sent: Hello World!
      pub = 0
      info > Received: Hello World!
      error ^ SIGINT
      error ! Stopped
      error = 0
      info ^ SIGINT
      info ! Stopped
      info = 0
      `,
      { names: ["direct_logs"] },
    );
  });
});

describe("topics", () => {
  test("a pattern receives what a word of it receives, and the empty message is a message", async () => {
    await play(
      `
      tokyo $ amqp-con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.tokyo
      tokyo ! Created exchange: topic_logs
      tokyo ! Created queue: amq.gen-tokyo
      tokyo ! Bound Queue [amq.gen-tokyo] to Exchange [topic_logs] jp.lg.tokyo
      chiba $ amqp-con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k jp.lg.chiba
      chiba ! Created exchange: topic_logs
      chiba ! Created queue: amq.gen-chiba
      chiba ! Bound Queue [amq.gen-chiba] to Exchange [topic_logs] jp.lg.chiba
      any $ amqp-con -e topic_logs -E -t topic -Q --exclusive --bind-queue --ack-auto -k 'jp.lg.#'
      any ! Created exchange: topic_logs
      any ! Created queue: amq.gen-any
      any ! Bound Queue [amq.gen-any] to Exchange [topic_logs] jp.lg.#
      pub $ amqp-pub -e topic_logs -t topic -k jp.lg.chiba
      pub > Sent:␣
      pub = 0
      chiba > Received:␣
      any > Received:␣
      pub $ amqp-pub -e topic_logs -t topic -k jp.lg.tokyo
      pub > Sent:␣
      pub = 0
      tokyo > Received:␣
      any > Received:␣
      tokyo ^ SIGINT
      tokyo ! Stopped
      tokyo = 0
      chiba ^ SIGINT
      chiba ! Stopped
      chiba = 0
      any ^ SIGINT
      any ! Stopped
      any = 0
      `,
      { names: ["topic_logs"] },
    );
  });
});

describe("a vhost with a limit of one connection", () => {
  let domain: Domain;
  beforeAll(async () => {
    domain = await createDomain(sharedBroker("admin"), { connections: 1 });
  });

  test("refuses the second one with 530 and says how to raise the limit", async () => {
    await play(
      `
      one $ amqp-con -Q --exclusive
      one ! Created queue: amq.gen-one
      two $ amqp-con -Q --exclusive
      two ! ERROR:  (530, "NOT_ALLOWED - access to vhost 'limited' refused for user 'guest': connection limit (1) is reached")
      two ! hint: raise the limit (rabbitmqctl set_vhost_limits or set_user_limits) or close a connection
      two = 4
      one ^ SIGTERM
      one ! Stopped
      one = 0
      `,
      { words: { limited: domain.vhost }, env: { AMQP_URL: domain.url } },
    );
  });
});
