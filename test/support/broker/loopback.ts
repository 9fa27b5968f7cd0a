// A container's port on 127.0.0.1, wherever its engine publishes it. In a container of ours (Docker's socket is mounted) the
// engine's host is another address than loopback, which our binaries rightly call not secured. Starts no broker.
import { once } from "node:events";
import net from "node:net";
import { type Address, greeting } from "./greeting.ts";

/** A way from 127.0.0.1 to one port of a broker, on the same port; it can be shut while that broker is down. */
export interface LoopbackWay {
  readonly open: () => Promise<void>;
  /** Resets what is connected; further connections are refused. */
  readonly shut: () => Promise<void>;
}

/**
 * Ways to these ports of `host`, open; none where loopback leads there already. The first port is the one that is asked,
 * without TLS: another may want a certificate of whoever knocks.
 */
export async function loopbackWays(
  host: string,
  ports: readonly number[],
): Promise<readonly LoopbackWay[]> {
  const [port = 0] = ports;
  const answers = await greeting({ host: "127.0.0.1", port }, 2_000).then(
    () => true,
    () => false,
  );
  if (answers) return [];
  const ways = ports.map((each) => forwarder({ host, port: each }, each));
  await Promise.all(ways.map((way) => way.open()));
  return ways;
}

/** Passes bytes on from `port` on loopback; a reset on one side becomes one on the other. */
export function forwarder(target: Address, port: number): LoopbackWay {
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const { host, port: targetPort } = target;
    const upstream = net.connect({ host, port: targetPort, allowHalfOpen: true, noDelay: true });
    join(client, upstream, sockets);
    join(upstream, client, sockets);
  });
  // Brokers are held by their owners; a forwarder alone keeps no process alive.
  server.unref();
  const open = async () => {
    await once(server.listen(port, "127.0.0.1"), "listening");
  };
  const shut = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  return { open, shut };
}

function join(from: net.Socket, to: net.Socket, sockets: Set<net.Socket>): void {
  sockets.add(from);
  from.unref();
  from.pipe(to);
  from.on("error", () => to.resetAndDestroy());
  from.on("close", () => {
    sockets.delete(from);
    to.destroySoon();
  });
}
