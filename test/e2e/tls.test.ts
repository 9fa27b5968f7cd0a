// TLS: verified always, each cause of distrust in plain words, and login by client certificate.
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { channelOpenOk, qosOk } from "../support/amqp-answer.ts";
import type { CertificateFiles } from "../support/certificates.ts";
import { misbehave } from "../support/misbehave.ts";
import { goodbye, handshake, whenever } from "../support/misbehave-script.ts";
import { sharedBroker, sharedCertificates } from "../support/shared-broker.ts";
import { play } from "../support/transcript.ts";

const certificates = sharedCertificates();
const broker = sharedBroker("tls");
const files = {
  "ca.pem": certificates.ca,
  "evil-ca.pem": certificates.evilCa,
  "client.pem": certificates.client.cert,
  "client.key": certificates.client.key,
  "locked.key": certificates.lockedClient.key,
  "client.p12": certificates.clientPfx,
};
const words = { ...files, TLSPORT: broker.tlsPort ?? 0, PORT: broker.port };
const cast = { words, env: { AMQP_URL: undefined, AMQP_SERVER_NAME: "127.0.0.1" } };

/** A broker that shows this certificate, and lets --ping through. */
async function brokerWith({ cert, key }: CertificateFiles) {
  const script = [
    ...handshake(),
    whenever("channel.open", channelOpenOk()),
    whenever("basic.qos", qosOk()),
    ...goodbye(),
  ];
  const server = await misbehave(script, {
    tls: { cert: readFileSync(cert), key: readFileSync(key) },
  });
  return { ...cast, words: { ...words, TLSPORT: server.port } };
}

describe("the broker's certificate", () => {
  test("is trusted when the CA of --cafile vouches for it, by address and by name", async () => {
    await play(
      `
      $ amqp-con -Q --exclusive --get --cafile ca.pem --port-number TLSPORT
      ! Created queue: amq.gen-one
      ! Stopping: the queue is empty (--get)
      = 8
      $ amqp-con -Q --exclusive --get --cafile ca.pem --port-number TLSPORT --server-name localhost
      ! Created queue: amq.gen-two
      ! Stopping: the queue is empty (--get)
      = 8
      $ amqp-con -Q --exclusive --get --cafile ca.pem -u amqps://guest:guest@127.0.0.1:TLSPORT/%2F
      ! Created queue: amq.gen-three
      ! Stopping: the queue is empty (--get)
      = 8
      `,
      cast,
    );
  });

  test("is not trusted without that CA, nor with another", async () => {
    await play(
      `
      $ amqp-con -q hello --enable-tls --port-number TLSPORT
      ! ERROR: TLS: 127.0.0.1:TLSPORT is not trusted: its certificate comes from a CA that is not trusted
      ! hint: give that CA with --cafile
      = 3
      $ amqp-con -q hello --cafile evil-ca.pem --port-number TLSPORT
      ! ERROR: TLS: 127.0.0.1:TLSPORT is not trusted: its certificate comes from a CA that is not trusted
      ! hint: give that CA with --cafile
      = 3
      `,
      cast,
    );
  });

  test("is verified whatever NODE_TLS_REJECT_UNAUTHORIZED says", async () => {
    await play(
      `
      # Node warns as if it did; nothing of ours can keep it from that.
      $ NODE_TLS_REJECT_UNAUTHORIZED=0 amqp-con -q hello --enable-tls --port-number TLSPORT 2>&1 | grep -v '^(.*ode'
      > ERROR: TLS: 127.0.0.1:TLSPORT is not trusted: its certificate comes from a CA that is not trusted
      > hint: give that CA with --cafile
      = 3
      `,
      cast,
    );
  });

  test("must be for the name that was asked for", async () => {
    await play(
      `
      $ amqp-con -q hello --cafile ca.pem --subjectname sakura.example --port-number TLSPORT
      ! ERROR: TLS: 127.0.0.1:TLSPORT shows a certificate for another name than "sakura.example": DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1
      ! hint: --subjectname must be a name of that certificate
      = 3
      `,
      cast,
    );
  });

  test("may be for another name than the host's when --subjectname gives that one", async () => {
    const elsewhere = await brokerWith(certificates.otherName);
    await play(
      `
      $ amqp-pub --ping --cafile ca.pem --subjectname broker.example --port-number TLSPORT | cut -d, -f4
      >  TLSv1.3
      = 0
      $ amqp-pub --ping --cafile ca.pem --port-number TLSPORT
      ! ERROR: TLS: 127.0.0.1:TLSPORT shows a certificate for another name than "127.0.0.1": DNS:broker.example
      ! hint: connect by a name of the certificate, or name one with --subjectname
      = 3
      `,
      elsewhere,
    );
  });

  test("must not have expired", async () => {
    await play(
      `
      $ amqp-pub -k hello --cafile ca.pem --port-number TLSPORT
      ! ERROR: TLS: 127.0.0.1:TLSPORT is not trusted: its certificate has expired
      ! hint: renew the broker's certificate
      = 3
      `,
      await brokerWith(certificates.expired),
    );
  });

  test("is not looked at with --insecure, which warns each time", async () => {
    await play(
      `
      $ amqp-con -Q --exclusive --get --insecure --port-number TLSPORT
      ! WARNING: --insecure: the broker's certificate is not verified; anybody could answer in its place.
      ! Created queue: amq.gen-any
      ! Stopping: the queue is empty (--get)
      = 8
      `,
      cast,
    );
  });
});

describe("the wrong port", () => {
  test("TLS to a port that speaks plain AMQP", async () => {
    await play(
      `
      $ amqp-con -q hello --enable-tls --port-number PORT
      ! ERROR: TLS: 127.0.0.1:PORT does not speak TLS
      ! hint: use the broker's TLS port (5671), or leave TLS off
      = 3
      `,
      cast,
    );
  });

  test("plain AMQP to a port that speaks TLS", async () => {
    await play(
      `
      $ amqp-con -q hello --port-number TLSPORT
      ! ERROR: 127.0.0.1:TLSPORT closed the connection during the handshake
      ! hint: if this is the broker's TLS port, add --enable-tls; for a broker that is still starting, --wait 30
      = 3
      `,
      cast,
    );
  });
});

describe("a client certificate", () => {
  beforeAll(async () => {
    // The user that EXTERNAL logs in is the certificate's subject, as RabbitMQ writes it. It needs no password.
    await broker.ctl("add_user", "CN=client", "not-used");
    await broker.ctl("set_permissions", "CN=client", ".*", ".*", ".*");
    return () => broker.ctl("delete_user", "CN=client");
  });

  test("logs in by itself with --auth external, from PEM files and from PKCS#12", async () => {
    const secret = { ...cast, words: { ...words, SESAME: `'${certificates.passphrase}'` } };
    await play(
      `
      $ amqp-con -Q --exclusive --get --cafile ca.pem --cert client.pem --key client.key --auth external --port-number TLSPORT
      ! Created queue: amq.gen-one
      ! Stopping: the queue is empty (--get)
      = 8
      $ amqp-con -Q --exclusive --get --cafile ca.pem --cert client.pem --key locked.key --passphrase-file <(echo SESAME) --auth external --port-number TLSPORT
      ! Created queue: amq.gen-two
      ! Stopping: the queue is empty (--get)
      = 8
      $ amqp-con -Q --exclusive --get --cafile ca.pem --pfx client.p12 --passphrase-file <(echo SESAME) --auth external --port-number TLSPORT
      ! Created queue: amq.gen-three
      ! Stopping: the queue is empty (--get)
      = 8
      `,
      secret,
    );
  });

  test("can accompany a login by password", async () => {
    await play(
      `
      $ amqp-con -Q --exclusive --get --cafile ca.pem --cert client.pem --key client.key --port-number TLSPORT
      ! Created queue: amq.gen-any
      ! Stopping: the queue is empty (--get)
      = 8
      `,
      cast,
    );
  });

  test("that is none is told in plain words", async () => {
    await play(
      `
      $ amqp-con -q hello --cafile ca.pem --pfx client.pem --port-number 1 2>&1 | sed 's/(.*)/(…)/'
      > ERROR: --pfx "client.pem": cannot be used (…)
      > hint: --pfx is PKCS #12; PEM files are given with --cert and --key
      = 2
      $ amqp-con -q hello --cafile ca.pem --cert client.p12 --key client.key --port-number 1 2>&1 | sed 's/(.*)/(…)/'
      > ERROR: --cert "client.p12", --key "client.key": cannot be used (…)
      > hint: both must be PEM: the certificate, and its private key
      = 2
      $ amqp-con -q hello --cafile ca.pem --cert ca.pem --key client.key --port-number 1 2>&1 | sed 's/(.*)/(…)/'
      > ERROR: --cert "ca.pem", --key "client.key": cannot be used (…)
      > hint: the key is not that of the certificate
      = 2
      `,
      cast,
    );
  });

  test("cannot be used without its passphrase, which is found before any connection", async () => {
    const exits = await play(
      `
      $ amqp-con -q hello --cafile ca.pem --pfx client.p12 --port-number 1 2>&1 | sed 's/(.*)/(…)/'
      > ERROR: --pfx "client.p12": cannot be used (…)
      > hint: give its passphrase with --passphrase-file
      = 2
      `,
      cast,
    );
    expect(exits[""]?.code).toBe(2);
  });
});
