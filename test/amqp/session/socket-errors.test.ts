// The way out of errors of sockets and TLS, by the flags that have led there. Most are provoked in e2e tests.
import { expect, it } from "vitest";
import { fromSocket, fromTls } from "../../../src/amqp/session/socket-errors.ts";
import type { TargetFlags } from "../../../src/amqp/session/target.ts";
import { pretendedTarget } from "../../support/pretended-session.ts";

const withCode = (code: string) => Object.assign(new Error("x"), { code });

it.each<[Partial<TargetFlags>, string]>([
  [{}, "--server-name and --port-number"],
  [{ host: "--url", port: "--url" }, "--url"],
  [{ host: "--url" }, "--url and --port-number"],
])("of a closed port, with %j, is to check %s", (flags, places) => {
  const { hint } = fromSocket(withCode("ECONNREFUSED"), pretendedTarget(5672, flags));
  expect(hint).toBe(`start the broker, check ${places}, or wait for it with --wait 30`);
});

it.each<[Partial<TargetFlags>, string]>([
  [{}, "check --server-name"],
  [{ host: "--url" }, "check --url"],
])("of an unknown host, with %j, is to %s", (flags, hint) => {
  expect(fromSocket(withCode("ENOTFOUND"), pretendedTarget(5672, flags)).hint).toBe(hint);
});

it.each<[TargetFlags["certificate"], string, string]>([
  [
    undefined,
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "the broker wants a client certificate: give --cert and --key",
  ],
  [
    undefined,
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "check which TLS versions the broker allows; if it wants a client certificate, give --cert and --key",
  ],
  [
    "--cert and --key",
    "TLSV1_ALERT_UNKNOWN_CA",
    "check --cert and --key, and which TLS versions the broker allows",
  ],
  ["--pfx", "TLSV1_ALERT_UNKNOWN_CA", "check --pfx, and which TLS versions the broker allows"],
])("of a handshake refused to who shows %s, by %s", (certificate, alert, hint) => {
  const target = pretendedTarget(5671, { certificate });
  expect(fromTls(withCode(`ERR_SSL_${alert}`), target)?.hint).toBe(hint);
});
