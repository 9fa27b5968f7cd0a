// The brokers that all other tests stand on: that they answer, obey, can be crashed, and never outlive their owner.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { type ChannelModel, connect } from "amqplib";
import { describe, expect, it, onTestFinished } from "vitest";
import { startBroker } from "./broker.ts";
import { greeting } from "./broker/greeting.ts";
import { storeMessage, takeMessage } from "./kept-message.ts";
import { unique } from "./name.ts";
import { sharedBroker, sharedCertificates } from "./shared-broker.ts";

describe("the shared broker", () => {
  it("gives back a message that was published to it", async () => {
    const connection = await connected(sharedBroker().url);
    const channel = await connection.createConfirmChannel();
    const { queue } = await channel.assertQueue(unique("queue"), { exclusive: true });
    channel.sendToQueue(queue, Buffer.from("hello"));
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    expect(message === false ? undefined : message.content.toString()).toBe("hello");
  });

  it("shows on its TLS port a certificate that our authority vouches for", async () => {
    const { host, tlsPort } = sharedBroker("tls");
    const ca = readFileSync(sharedCertificates().ca);
    const socket = tls.connect({ host, port: tlsPort ?? 0, servername: "localhost", ca });
    await once(socket, "secureConnect");
    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  it("can be administered", async () => {
    const vhost = unique("vhost");
    const broker = sharedBroker("admin");
    await broker.ctl("add_vhost", vhost);
    expect(await broker.ctl("-q", "list_vhosts", "--no-table-headers")).toContain(vhost);
    await broker.ctl("delete_vhost", vhost);
  });

  it("tells what rabbitmqctl complained about", async () => {
    await expect(sharedBroker("admin").ctl("delete_vhost", unique("vhost"))).rejects.toThrow(
      "does not exist",
    );
  });
});

describe("a broker of a test's own", () => {
  it("comes back after a crash on the same port, with what was confirmed", async () => {
    const broker = await startBroker();
    onTestFinished(broker.stop);
    const queue = unique("queue");
    await storeMessage(broker.url, queue);
    await broker.kill9();
    await expect(greeting(broker, 1_000)).rejects.toThrow("ECONNREFUSED");
    await broker.restart();
    expect(await takeMessage(broker.url, queue)).toBe("kept");
  });

  it("takes lines of configuration", async () => {
    const broker = await startBroker({ config: ["default_vhost = elsewhere"] });
    onTestFinished(broker.stop);
    expect(await broker.ctl("-q", "list_vhosts", "--no-table-headers")).toContain("elsewhere");
  });

  it("ends with its owner, even when that is killed", async () => {
    const program = fileURLToPath(new URL("broker/owner.ts", import.meta.url));
    const owner = spawn(process.execPath, ["--import", "tsx", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void owner.kill("SIGKILL"));
    const [line] = await once(createInterface({ input: owner.stdout }), "line");
    const port = Number(line);
    expect(await greeting({ host: "127.0.0.1", port }, 2_000)).toMatch(/^\d/);
    owner.kill("SIGKILL");
    await expect
      .poll(() => greeting({ host: "127.0.0.1", port }, 500).catch(String), { timeout: 10_000 })
      .toMatch("ECONNREFUSED");
  });
});

async function connected(url: string): Promise<ChannelModel> {
  const connection = await connect(url);
  onTestFinished(() => connection.close());
  return connection;
}
