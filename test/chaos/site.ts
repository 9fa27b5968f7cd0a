// Where a scenario takes place: one broker or a cluster of three, and the ways to it, each through a proxy that can break.
// The publisher and the consumer have ways of their own; those of one side are TLS.
import { rm } from "node:fs/promises";
import { connect } from "amqplib";
import { type OwnBroker, startBroker, startCluster } from "../support/broker.ts";
import { type Certificates, createCertificates } from "../support/certificates.ts";
import { FaultProxy } from "../support/fault-proxy.ts";

export type Side = "publisher" | "consumer";

/** A proxy before one node, for one side. */
interface Way {
  readonly side: Side;
  readonly proxy: FaultProxy;
}

export class Site {
  readonly nodes: readonly OwnBroker[];
  readonly #certificates: Certificates;
  readonly #tlsSide: Side | undefined;
  readonly #ways: readonly Way[];
  readonly #end: () => Promise<void>;

  private constructor(
    nodes: readonly OwnBroker[],
    certificates: Certificates,
    tlsSide: Side | undefined,
    ways: readonly Way[],
    end: () => Promise<void>,
  ) {
    this.nodes = nodes;
    this.#certificates = certificates;
    this.#tlsSide = tlsSide;
    this.#ways = ways;
    this.#end = end;
  }

  /** Starts so many nodes (1 or 3) and the proxies; end it with `stop`. */
  static async start(size: number, tlsSide: Side | undefined): Promise<Site> {
    const certificates = await createCertificates((line) => process.stderr.write(`${line}\n`));
    const options = { tls: { ...certificates.server, ca: certificates.ca } };
    const brokers = size === 1 ? await single(options) : await startCluster(size, options);
    const ways = await Promise.all(
      (["publisher", "consumer"] as const).flatMap((side) =>
        openWays(side, brokers.nodes, side === tlsSide),
      ),
    );
    const end = async (): Promise<void> => {
      await Promise.all(ways.map(({ proxy }) => proxy.close()));
      await brokers.stop();
      await rm(certificates.folder, { recursive: true });
    };
    return new Site(brokers.nodes, certificates, tlsSide, ways, end);
  }

  /** The flags that connect one side over all of its ways. */
  connection(side: Side): readonly string[] {
    const scheme = side === this.#tlsSide ? "amqps" : "amqp";
    const urls = this.#ways
      .filter((way) => way.side === side)
      .map(({ proxy }) => `${scheme}://guest:guest@127.0.0.1:${proxy.port}`);
    const trust = side === this.#tlsSide ? ["--cafile", this.#certificates.ca] : [];
    return ["--url", urls.join(","), ...trust];
  }

  /** The proxies of some sides. */
  proxies(sides: readonly Side[]): readonly FaultProxy[] {
    return this.#ways.filter(({ side }) => sides.includes(side)).map(({ proxy }) => proxy);
  }

  /**
   * Has the nodes write down which queues they have. RabbitMQ 3.10 does so half a second late: a quorum queue that is
   * younger than that when its node is killed comes back empty, and without a leader.
   */
  async flush(): Promise<void> {
    await Promise.all(
      this.nodes.map(({ ctl }) => ctl("eval", "[dets:sync(Table) || Table <- dets:all()].")),
    );
  }

  /** How many messages wait in a queue. Not asked of rabbitmqctl, which tells of a quorum queue what was true seconds ago. */
  async ready(queue: string): Promise<number> {
    const connection = await connect(this.nodes[0]?.url ?? "");
    const channel = await connection.createChannel();
    const { messageCount } = await channel.checkQueue(queue);
    await connection.close();
    return messageCount;
  }

  async stop(): Promise<void> {
    await this.#end();
  }
}

async function single(options: Parameters<typeof startBroker>[0]) {
  const node = await startBroker(options);
  return { nodes: [node], stop: () => node.stop() };
}

/** Two ways to a single node, else one to each. */
function openWays(side: Side, nodes: readonly OwnBroker[], tls: boolean): readonly Promise<Way>[] {
  const ends = nodes.length === 1 ? [...nodes, ...nodes] : nodes;
  return ends.map(async ({ host, port, tlsPort = 0 }) => {
    const proxy = new FaultProxy({ host, port: tls ? tlsPort : port });
    return { side, proxy: await proxy.listen() };
  });
}
