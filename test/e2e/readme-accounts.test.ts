// The part of the Python sample's README about TLS: the vhost domain1 with its accounts alice, who may do everything, and
// bob, who may only read. Commands and texts are that README's, but for the .py and the certificate's check.
import { beforeAll, describe, test } from "vitest";
import { createDomain, type Domain } from "../support/accounts.ts";
import { sharedBroker, type SharedBroker, sharedCertificates } from "../support/shared-broker.ts";
import { play, type Cast } from "../support/transcript.ts";

const ALICE: [string, string, string] = [".*", ".*", ".*"];
const BOB: [string, string, string] = ["", "", ".*"];

const plainBroker = sharedBroker("admin");
const tlsBroker = sharedBroker("tls");
/** Newer brokers say which access is refused. */
const isModern = Number.parseInt(plainBroker.version, 10) >= 4;
const [configure, write] = isModern ? ["configure access", "write access"] : ["access", "access"];
const lacking = (permission: string): string =>
  isModern ? `the ${permission} permission` : "a permission";

/** What the README's words stand for on a broker with that domain. */
function castFor(
  { vhost, names }: Domain,
  { port }: SharedBroker,
  words: Cast["words"] = {},
): Cast {
  const env = {
    AMQP_URL: undefined,
    AMQP_SERVER_NAME: "127.0.0.1",
    AMQP_PORT_NUMBER: String(port),
  };
  return { words: { ...names, domain1: vhost, ...words }, env };
}

describe("domain1, alice and bob", () => {
  let plain: Domain;
  let tls: Domain;
  beforeAll(async () => {
    const accounts = { users: { alice: ALICE, bob: BOB } };
    plain = await createDomain(plainBroker, accounts);
    tls = plainBroker.url === tlsBroker.url ? plain : await createDomain(tlsBroker, accounts);
  });

  test("alice sends and bob receives, both warned that the connection is not secured", async () => {
    await play(
      `
      pub $ amqp-pub -q hello -Q -k hello -m 'Hello World!' --userpass alice:alice123 --vhost domain1
      pub ! WARNING: the connection is not secured.
      pub ! WARNING: ps may show the password of --userpass to other users of this machine; AMQP_PASSWORD or --password-file hides it.
      pub ! Created queue: hello
      pub > Sent: Hello World!
      pub = 0
      con $ amqp-con -q hello --vhost domain1 --userpass bob:bob123
      con ! WARNING: the connection is not secured.
      con ! WARNING: ps may show the password of --userpass to other users of this machine; AMQP_PASSWORD or --password-file hides it.
      con > Received: Hello World!
      con ^ SIGINT
      con ! Stopped
      con = 0
      `,
      castFor(plain, plainBroker),
    );
  });

  test("bob may neither declare, nor bind, nor send: each is refused with 403 and the way out", async () => {
    await play(
      `
      $ AMQP_PASSWORD=bob123 amqp-con -q hello -Q --vhost domain1 --username bob
      ! ERROR:  (403, "ACCESS_REFUSED - ${configure} to queue 'hello' in vhost 'domain1' refused for user 'bob'")
      ! hint: user "bob" lacks ${lacking("configure")}: rabbitmqctl list_user_permissions "bob" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      $ AMQP_PASSWORD=bob123 amqp-pub -e logs -E --vhost domain1 --username bob
      ! ERROR:  (403, "ACCESS_REFUSED - ${configure} to exchange 'logs' in vhost 'domain1' refused for user 'bob'")
      ! hint: user "bob" lacks ${lacking("configure")}: rabbitmqctl list_user_permissions "bob" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      $ AMQP_PASSWORD=bob123 amqp-pub -e amq.fanout -m 'Hello World!' --vhost domain1 --username bob
      > Sent: Hello World!
      ! Account: read 1 = confirmed 0 + returned 0 + nacked 0 + unconfirmed 1
      ! ERROR:  (403, "ACCESS_REFUSED - ${write} to exchange 'amq.fanout' in vhost 'domain1' refused for user 'bob'")
      ! hint: user "bob" lacks ${lacking("write")}: rabbitmqctl list_user_permissions "bob" shows what there is; set_permissions replaces all three (configure, write, read)
      = 4
      `,
      castFor(plain, plainBroker),
    );
  });

  test("TLS without a CA file trusts the system's CAs only, and not just anybody as the sample does", async () => {
    await play(
      `
      $ amqp-pub -q hello -Q -k hello -m 'Hello World!' --port-number 5671 --enable-tls --userpass alice:alice123 --vhost domain1
      ! WARNING: ps may show the password of --userpass to other users of this machine; AMQP_PASSWORD or --password-file hides it.
      ! ERROR: TLS: 127.0.0.1:5671 is not trusted: its certificate comes from a CA that is not trusted
      ! hint: give that CA with --cafile
      = 3
      `,
      castFor(tls, tlsBroker, { 5671: tlsBroker.tlsPort ?? 0 }),
    );
  });

  test("with the CA file and the broker's subject name the message goes over verified TLS", async () => {
    await play(
      `
      pub $ amqp-pub -q hello -Q -k hello -m 'Hello World!' --port-number 5671 --cafile chain.pem --subjectname sakura.tanu.org --userpass alice:alice123 --vhost domain1
      pub ! WARNING: ps may show the password of --userpass to other users of this machine; AMQP_PASSWORD or --password-file hides it.
      pub ! Created queue: hello
      pub > Sent: Hello World!
      pub = 0
      con $ amqp-con -q hello -n 1 --port-number 5671 --cafile chain.pem --subjectname sakura.tanu.org --userpass bob:bob123 --vhost domain1
      con ! WARNING: ps may show the password of --userpass to other users of this machine; AMQP_PASSWORD or --password-file hides it.
      con > Received: Hello World!
      con ! Stopping: --count 1 reached
      con = 0
      `,
      castFor(tls, tlsBroker, {
        5671: tlsBroker.tlsPort ?? 0,
        "chain.pem": sharedCertificates().ca,
        "sakura.tanu.org": "localhost",
      }),
    );
  });
});
