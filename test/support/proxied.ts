// A way to the shared broker that can be cut.
import { FaultProxy } from "./fault-proxy.ts";
import { sharedBroker } from "./shared-broker.ts";

/** The proxy, and the environment in which a program goes through it. */
export async function proxied(): Promise<{
  readonly proxy: FaultProxy;
  readonly env: { readonly AMQP_URL: string };
}> {
  const broker = sharedBroker();
  const [first = ""] = broker.url.split(",");
  const proxy = await new FaultProxy(broker).listen();
  const url = new URL(first);
  url.host = `127.0.0.1:${proxy.port}`;
  return { proxy, env: { AMQP_URL: url.href } };
}
