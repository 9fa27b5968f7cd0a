// A broker for the build, which has no RabbitMQ: it answers what the warm-up asks, confirms every message, and delivers one
// to each consumer. Made of the parts that tests use to misbehave.
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import {
  ack,
  cancelOk,
  channelOpenOk,
  consumeOk,
  deliver,
  exchangeDeclareOk,
  qosOk,
  queueBindOk,
  queueDeclareOk,
  selectOk,
} from "../../test/support/amqp-answer.ts";
import { goodbye, handshake, Player, whenever } from "../../test/support/misbehave-script.ts";

/** Listens on a free port of the loopback until it is closed. */
export async function pretendBroker(): Promise<Server> {
  const server = createServer({ noDelay: true }, serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function serve(socket: Socket): void {
  let confirms = false;
  const select = (): Buffer => {
    confirms = true;
    return selectOk();
  };
  const script = [
    ...handshake(),
    whenever("channel.open", channelOpenOk()),
    whenever("confirm.select", select),
    whenever("exchange.declare", exchangeDeclareOk()),
    whenever("queue.declare", queueDeclareOk("q")),
    whenever("queue.bind", queueBindOk()),
    whenever("basic.publish", (count) => (confirms ? ack(count) : Buffer.alloc(0))),
    whenever("basic.qos", qosOk()),
    whenever("basic.consume", Buffer.concat([consumeOk("t"), deliver("t", 1, { body: "x" })])),
    whenever("basic.cancel", cancelOk("t")),
    ...goodbye(),
  ];
  void new Player(socket, script, () => {});
}
