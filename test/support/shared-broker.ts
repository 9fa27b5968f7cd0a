// The brokers that run for the whole test run, as a test sees them. global-setup.ts starts them; a test that needs a
// broker to break or to configure starts its own with startBroker (broker.ts).
import { inject } from "vitest";
import type { Broker, BrokerAddress } from "./broker.ts";
import { rabbitmqctl } from "./broker/administration.ts";
import type { Certificates } from "./certificates.ts";

/** A broker that others use at the same time: unique names, nothing left behind, no global changes. */
export type SharedBroker = BrokerAddress & Pick<Broker, "ctl">;

/**
 * The shared broker. Without `AMQP_URL` the three are one. With it, "any" is that broker; "admin" too, if `RABBITMQCTL`
 * says how to administer it (`ctl` works); "tls" is always one of our own, with our certificates on `tlsPort`.
 */
export function sharedBroker(need: "any" | "admin" | "tls" = "any"): SharedBroker {
  const address = inject("brokers")[need];
  const { admin } = address;
  const ctl = (...args: readonly string[]): Promise<string> =>
    admin === undefined
      ? Promise.reject(new Error('ask for sharedBroker("admin"): this one cannot be administered'))
      : rabbitmqctl(admin, args);
  return { ...address, ctl };
}

/** The certificates that belong to `sharedBroker("tls")`, and those that must be refused. */
export function sharedCertificates(): Certificates {
  return inject("certificates");
}
