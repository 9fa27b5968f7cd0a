// Knocks on an AMQP port and waits for the broker's first frame: the one sign of readiness that means the same for a
// local node, a container and somebody's server. Also picks free ports. Knows nothing of how brokers are started.
import net from "node:net";
import tls from "node:tls";

const protocolHeader = Buffer.from("AMQP\0\0\t\u0001", "latin1");
const versionField = Buffer.from("\u0007versionS", "latin1");

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls?: boolean;
}

/**
 * The version that the broker at `address` gives in Connection.Start (AMQP 0-9-1, §1.4.2.1).
 * Empty when a TLS listener asks for a certificate first: it is there, but will not talk to us.
 * Rejects when nobody answers within `timeoutMs`, or something that is not an AMQP broker.
 */
export function greeting(address: Address, timeoutMs: number): Promise<string> {
  const target = { host: address.host, port: address.port };
  const where = `${address.host}:${address.port}`;
  // Readiness only, no secret is sent: the certificate does not matter here.
  const socket =
    address.tls === true
      ? tls.connect({ ...target, rejectUnauthorized: false })
      : net.connect(target);
  const version = new Promise<string>((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () =>
      reject(new Error(`no AMQP greeting from ${where} in ${timeoutMs} ms`)),
    );
    socket.on("error", (error) => (wantsCertificate(error) ? resolve("") : reject(error)));
    socket.on("close", () => reject(new Error(`${where} closed without an AMQP greeting`)));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const found = versionIn(received);
      if (found !== undefined) resolve(found);
    });
  });
  socket.write(protocolHeader);
  return version.finally(() => socket.destroy());
}

function wantsCertificate(error: Error): boolean {
  return (
    "code" in error && /ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE)/.test(String(error.code))
  );
}

/**
 * Knocks until the broker answers, and gives its version. Gives up after `timeoutMs`, or as soon as `gone` aborts
 * (the server process ended); the error is then the last one seen.
 */
export async function awaitGreeting(
  address: Address,
  timeoutMs: number,
  gone?: AbortSignal,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await greeting(address, 2_000);
    } catch (error) {
      if (Date.now() > deadline || gone?.aborted === true) throw error;
    }
    await pause();
  }
}

/** Waits until the port refuses connections: a killed server is really gone. */
export async function awaitRefusal({ host, port }: Address): Promise<void> {
  const refused = () =>
    new Promise<boolean>((resolve) => {
      const socket = net.connect({ host, port }, () => socket.destroy());
      socket.on("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
      socket.on("close", () => resolve(false));
    });
  const deadline = Date.now() + 10_000;
  while (!(await refused())) {
    if (Date.now() > deadline)
      throw new Error(`${host}:${port} is still open after its server was killed`);
    await pause();
  }
}

/**
 * `count` TCP ports that are free on loopback now. They lie below the range from which systems take the ports of
 * outgoing connections, so that a broker that is restarted finds its port still free.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function versionIn(frame: Buffer): string | undefined {
  const at = frame.indexOf(versionField);
  const start = at + versionField.length;
  if (at < 0 || frame.length < start + 4) return undefined;
  const end = start + 4 + frame.readUInt32BE(start);
  return frame.length < end ? undefined : frame.toString("utf8", start + 4, end);
}
